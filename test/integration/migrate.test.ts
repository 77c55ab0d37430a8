// needs: cluster
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { definitions } from '../../composite-controllers/definitions.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { crdType } from '../../local/metacontroller/discovery.ts';
import { createKubeApi } from '../../server/kube.ts';
import { type KubeApi, KubeApiError } from '../../server/kube-api.ts';
import { secrets } from '../../server/kube-verbs.ts';
import { installKinds } from '../scenarios/installation.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';

const eso = 'external-secrets.io/v1';
const cleanup = 'externalsecrets.external-secrets.io/externalsecret-cleanup';
const manager = (name: string) => `externalsecrets.external-secrets.io/${name}`;

/** A cluster in which External Secrets Operator has worked, by what the specification says that it writes. */
describe('migrate', () => {
  let cluster: Cluster;
  let api: ReturnType<typeof createKubeApi>;
  before(async () => {
    cluster = await startCluster();
    api = createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath });
    await installKinds(api);
    await leaveBehind(cluster, api);
  });
  after(async () => {
    api?.close();
    await cluster?.stop();
  });

  const keyhook = (...args: string[]) => {
    const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; err: string }>();
    const command = [join(import.meta.dirname, '../../cli/main.ts'), 'migrate', ...args];
    const kubeconfig = ['--kubeconfig', cluster.admin.kubeconfigPath];
    execFile(process.execPath, [...command, ...kubeconfig], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
    return promise;
  };
  const secret = (name: string) => api.get(secrets, 'team-a', name) as Promise<SecretObject>;

  test('refuses while the operator runs, or while its CRDs would go with its release', async () => {
    const before = await secret('app');
    const { code, err } = await keyhook('--apply');
    assert.equal(code, 2);
    assert.match(err, /Deployment external-secrets\/external-secrets runs: scale/);
    assert.match(err, /CRD externalsecrets\.external-secrets\.io goes when its Helm release is uninstalled/);
    assert.deepEqual(await secret('app'), before);

    await cluster.apply(operator(0), release('keep'));
    assert.equal((await keyhook('--dry-run')).code, 1);
    assert.deepEqual(await secret('app'), before, 'a dry run changes nothing');
  });

  test('a part is moved by its labels: the rest stays as it is', async () => {
    const { code, out } = await keyhook('--dry-run', '-l', 'wave=one');
    assert.equal(code, 1);
    assert.match(out, /Secret team-a\/wave: child of its ExternalSecret/);
    assert.doesNotMatch(out, /team-a\/app|SecretStore|Namespace/);
  });

  test('marks the Secrets, frees all that would hang, behind webhooks that nobody answers', async () => {
    const before = await secret('app');
    await assert.rejects(
      api.mergePatch(typeOf('ExternalSecret'), 'team-a', 'app', { metadata: { labels: { a: 'b' } } }),
      (error: unknown) => error instanceof KubeApiError && error.status === 500,
    );
    const { code, out, err } = await keyhook('--apply');
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /note {5}Secret team-a\/taken is not owned by its ExternalSecret/);

    const app = await secret('app');
    const parent = await api.get(typeOf('ExternalSecret'), 'team-a', 'app');
    assert.equal(app.metadata.labels?.['controller-uid'], parent.metadata.uid);
    assert.deepEqual(app.metadata.ownerReferences, before.metadata.ownerReferences);
    assert.deepEqual(app.data, before.data);
    const writers = app.metadata.managedFields?.map((entry) => `${entry.manager} ${entry.operation}`);
    // The API server keeps the one who patched as an owner of the label.
    assert.deepEqual(writers, ['metacontroller Apply', 'keyhook Update']);
    const merged = await secret('merged');
    assert.equal(merged.metadata.labels?.['controller-uid'], undefined, 'it is no child');

    const kinds = ['ExternalSecret', 'SecretStore', 'Namespace'];
    for (const kind of kinds) {
      const { items } = await api.list(typeOf(kind));
      const left = items.flatMap(({ metadata }) => metadata.finalizers ?? []);
      assert.deepEqual(
        left.filter((finalizer) => finalizer.includes('external')),
        [],
        kind,
      );
    }
    const crd = await api.get(crdType, undefined, 'externalsecrets.external-secrets.io');
    assert.deepEqual((crd.spec as { conversion: object }).conversion, { strategy: 'None' });
    assert.deepEqual(
      await keyhook(),
      { code: 0, out: out.replace(/^done .*\n/gm, ''), err: '' },
      'nothing is left',
    );
  });

  test('what is deleted afterwards does not hang', async () => {
    await api.remove(typeOf('ExternalSecret'), 'team-a', 'merged');
    await eventually(() =>
      assert.rejects(api.get(typeOf('ExternalSecret'), 'team-a', 'merged'), { status: 404 }),
    );
  });

  test('refuses when a definition would let Metacontroller strip what is not marked yet', async () => {
    const [definition] = definitions({ hookUrl: 'http://127.0.0.1:1' });
    await cluster.apply(definition!);
    assert.equal((await keyhook('--apply')).code, 0, 'marked ones may have their definition');
    await owned(cluster, api, 'late');
    const { code, err } = await keyhook('--apply');
    assert.equal(code, 2);
    assert.match(err, /CompositeController \S+ is there already and takes ExternalSecret team-a\/late/);
  });
});

async function leaveBehind(cluster: Cluster, api: KubeApi): Promise<void> {
  const namespace = (name: string, finalizers: readonly string[] = []) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, finalizers },
  });
  await cluster.apply(
    namespace('team-a', ['externalsecrets.external-secrets.io/ces-all']),
    namespace('external-secrets'),
    {
      apiVersion: eso,
      kind: 'SecretStore',
      metadata: {
        name: 'vault',
        namespace: 'team-a',
        finalizers: ['secretstore.externalsecrets.io/finalizer'],
      },
      spec: { provider: { fake: { data: [] } } },
    },
  );
  await owned(cluster, api, 'app');
  await owned(cluster, api, 'wave', { wave: 'one' });
  await parentOf(api, 'merged', {}, 'Merge');
  await write(cluster, 'merged', {});
  await parentOf(api, 'taken');
  await write(cluster, 'taken', {});
  await parentOf(api, 'absent');
  await cluster.apply(operator(1), release('delete'));
  await api.mergePatch(crdType, undefined, 'externalsecrets.external-secrets.io', {
    spec: {
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'https://127.0.0.1:1/convert' }, conversionReviewVersions: ['v1'] },
      },
    },
  });
  await cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'externalsecret-validate' },
    webhooks: [
      {
        name: 'validate.externalsecret.external-secrets.io',
        clientConfig: { url: 'https://127.0.0.1:1/validate' },
        rules: [
          {
            apiGroups: ['external-secrets.io'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
            resources: ['externalsecrets'],
          },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  });
  await eventually(() =>
    assert.rejects(
      api.mergePatch(typeOf('ExternalSecret'), 'team-a', 'app', { metadata: { labels: { c: 'd' } } }),
    ),
  );
}

/** An ExternalSecret, and the Secret that the operator wrote for it. */
async function owned(cluster: Cluster, api: KubeApi, name: string, labels = {}): Promise<void> {
  const { metadata } = await parentOf(api, name, labels);
  await write(cluster, name, {
    labels: { 'reconcile.external-secrets.io/managed': 'true' },
    annotations: { 'reconcile.external-secrets.io/data-hash': 'made-by-eso' },
    ownerReferences: [
      {
        apiVersion: eso,
        kind: 'ExternalSecret',
        name,
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
}

function parentOf(api: KubeApi, name: string, labels = {}, creationPolicy = 'Owner'): Promise<KubeObject> {
  return api.create(typeOf('ExternalSecret'), {
    apiVersion: eso,
    kind: 'ExternalSecret',
    metadata: { name, namespace: 'team-a', labels, finalizers: [cleanup] },
    spec: {
      secretStoreRef: { name: 'vault' },
      target: { creationPolicy },
      data: [{ secretKey: 'password', remoteRef: { key: 'db' } }],
    },
  } as KubeObject);
}

/** The operator does not apply: it creates and updates. */
async function write(cluster: Cluster, name: string, metadata: object): Promise<void> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'team-a', ...metadata },
    data: { password: Buffer.from('kept as it is').toString('base64') },
  };
  await cluster.kubectl(['create', '-f', '-', `--field-manager=${manager(name)}`], JSON.stringify(secret));
}

function operator(replicas: number): KubeObject {
  const labels = { 'app.kubernetes.io/name': 'external-secrets' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'external-secrets', namespace: 'external-secrets', labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'registry.example/none' }] },
      },
    },
  } as KubeObject;
}

/** A record as helm writes it: JSON, gzipped, in base64. */
function release(policy: string): KubeObject {
  const manifest = `---
apiVersion: v1
kind: ServiceAccount
metadata: {name: external-secrets}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: externalsecrets.external-secrets.io
  annotations: {helm.sh/resource-policy: ${policy}}
spec: {group: external-secrets.io}
`;
  const record = gzipSync(JSON.stringify({ name: 'external-secrets', manifest })).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: 'sh.helm.release.v1.external-secrets.v1',
      namespace: 'external-secrets',
      labels: { owner: 'helm', status: 'deployed' },
    },
    data: { release: Buffer.from(record).toString('base64') },
  } as KubeObject;
}
