// needs: cluster helm
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crds, parentKinds } from '../../composite-controllers/definitions.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { createHelm, type Helm, setFlags, type Values } from '../testbed/helm.ts';

const chart = join(import.meta.dirname, '../../deploy/chart');
const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g;

describe('a release of the chart, from its installation to its end', () => {
  let cluster: Cluster;
  let helm: Helm;
  const kubectl = (...args: string[]) => cluster.kubectl(args);
  const upgrade = (values: Values = {}, ...flags: string[]) =>
    helm.run(
      'upgrade',
      '--install',
      'keyhook',
      chart,
      '-n',
      'keyhook',
      '--create-namespace',
      ...flags,
      ...setFlags(values),
    );
  const secret = async (name: string): Promise<Record<string, string>> => {
    const { data } = JSON.parse(await kubectl('get', 'secret', name, '-n', 'keyhook', '-o', 'json'));
    const entries = Object.entries(data as Record<string, string>);
    return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  };
  const webhook = async () => {
    const text = await kubectl('get', 'compositecontroller', 'keyhook-externalsecret', '-o', 'json');
    return JSON.parse(text).spec.hooks.sync.webhook;
  };
  const may = async (account: string, verb: string, resource: string, namespace: string) => {
    const as = `system:serviceaccount:keyhook:${account}`;
    const [type = '', subresource] = resource.split('/');
    const below = subresource === undefined ? [] : [`--subresource=${subresource}`];
    const asked = ['auth', 'can-i', verb, type, ...below, '-n', namespace, '--as', as];
    return (await kubectl(...asked).catch((error: Error) => error.message)).trim() === 'yes';
  };

  before(async () => {
    cluster = await startCluster();
    helm = await createHelm(cluster.admin.kubeconfigPath);
    // As another release has left them, and as the page about installation takes them over.
    const owner = {
      'meta.helm.sh/release-name': 'external-secrets',
      'meta.helm.sh/release-namespace': 'eso',
    };
    const taken = crds().map((crd) => ({ ...crd, metadata: { ...crd.metadata, annotations: owner } }));
    await cluster.apply(...taken);
    await upgrade({}, '--take-ownership');
  });
  after(() => cluster.stop());

  test('an upgrade that changes nothing leaves credentials and definitions as they are', async () => {
    const look = async () => [await secret('keyhook-tls'), await secret('keyhook-token'), await webhook()];
    const before = await look();
    await upgrade();
    assert.deepEqual(await look(), before);
    assert.match(before[1]?.token, /^[A-Za-z0-9]{48}$/);
    assert.equal(before[1]?.accepted, before[1]?.token);
  });

  test('a new generation of the certificate is trusted together with the one before, at once', async () => {
    const before = await secret('keyhook-tls');
    await upgrade({ 'tls.generation': 2 });
    const now = await secret('keyhook-tls');
    assert.notEqual(now['tls.crt'], before['tls.crt']);
    const trusted = now['ca.crt']?.match(certificate) ?? [];
    assert.equal(trusted.length, 2);
    assert.equal(trusted[1], before['ca.crt']);
    assert.equal((await webhook()).caBundle.inline, now['ca.crt']);

    await upgrade({ 'tls.generation': 3 });
    const next = (await secret('keyhook-tls'))['ca.crt']?.match(certificate) ?? [];
    assert.equal(next.length, 2, 'the oldest one is forgotten');
    assert.equal(next[1], trusted[0]);
  });

  test('a new generation of the token leaves the one before accepted, and definitions are read again on demand', async () => {
    const kept: Values = { 'tls.generation': 3 };
    const before = await secret('keyhook-token');
    await upgrade({ ...kept, 'auth.generation': 2 });
    const now = await secret('keyhook-token');
    assert.notEqual(now.token, before.token);
    assert.deepEqual(now.accepted?.split('\n'), [now.token, before.token]);

    const definition = await webhook();
    await upgrade({ ...kept, 'auth.generation': 2, 'definitions.generation': 1 });
    assert.deepEqual(await webhook(), { ...definition, timeout: '15001ms' });
    assert.deepEqual(await secret('keyhook-token'), now);
  });

  test('the ServiceAccounts may do what they need', async () => {
    assert.deepEqual(
      await Promise.all([
        may('keyhook', 'get', 'secrets', 'default'),
        may('keyhook', 'patch', 'secrets', 'default'),
        may('keyhook', 'list', 'secrets', 'default'),
        may('keyhook', 'create', 'serviceaccounts/token', 'default'),
        may('keyhook-metacontroller', 'list', 'secrets', 'default'),
        may('keyhook-metacontroller', 'create', 'leases.coordination.k8s.io', 'keyhook'),
        may('keyhook-metacontroller', 'create', 'leases.coordination.k8s.io', 'default'),
        may('keyhook-metacontroller', 'create', 'pods', 'default'),
      ]),
      [true, true, false, true, true, true, false, false],
    );
  });

  test('who may view a namespace sees its ExternalSecrets, and who may edit it writes them', async () => {
    const granted = async (role: string) =>
      JSON.parse(await kubectl('get', 'clusterrole', role, '-o', 'json')).rules.filter(
        ({ apiGroups }: { apiGroups: string[] }) => apiGroups.includes('external-secrets.io'),
      );
    const [view, edit] = [await granted('view'), await granted('edit')];
    assert.equal(view.length, 1);
    assert.equal(edit.length, 2);
    assert.ok(view[0].resources.includes('externalsecrets'));
  });

  test('narrowed to namespaces, the hook sees no Secret of another', async () => {
    await upgrade({ 'rbac.namespaces': '{default}', 'rbac.serviceAccountTokenCreate': false });
    assert.deepEqual(
      await Promise.all([
        may('keyhook', 'get', 'secrets', 'default'),
        may('keyhook', 'get', 'secrets', 'kube-system'),
        may('keyhook', 'create', 'serviceaccounts/token', 'default'),
      ]),
      [true, false, false],
    );
  });

  test('its end takes neither the ExternalSecrets nor what Secrets they have', async () => {
    const ours = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'stays', namespace: 'default' },
      spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'a', remoteRef: { key: 'a' } }] },
    };
    await cluster.apply(ours);
    await helm.run('uninstall', 'keyhook', '-n', 'keyhook');
    assert.equal(
      (await kubectl('get', 'es', 'stays', '-o', 'name')).trim(),
      'externalsecret.external-secrets.io/stays',
    );
    const crds = await kubectl('get', 'crd', '-o', 'name');
    for (const { plural, group = 'external-secrets.io' } of parentKinds)
      assert.ok(crds.includes(`/${plural}.${group}\n`), plural);
    assert.equal(await kubectl('get', 'compositecontrollers', '-o', 'name'), '');

    await upgrade();
    assert.match(await kubectl('get', 'compositecontrollers', '-o', 'name'), /keyhook-externalsecret/);
  });
});
