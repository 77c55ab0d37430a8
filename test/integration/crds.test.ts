// needs: cluster
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { manifests } from '../../cli/manifests.ts';
import { groupOf } from '../../composite-controllers/crd.ts';
import { installedKinds, parentKinds } from '../../composite-controllers/definitions.ts';
import { eventually } from '../support/eventually.ts';
import { http } from '../support/http.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { type Case, externalSecretCases, pushSecretCases, storeCases } from './admission-cases.ts';

const top = join(import.meta.dirname, '../..');
const group = 'external-secrets.io';
const data = [{ secretKey: 'a', remoteRef: { key: 'app' } }];
const fake = { provider: { fake: { data: [{ key: 'app', value: 'x' }] } } };

const object = (kind: string, name: string, spec: object, version = 'v1') => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name, ...(kind === 'ClusterSecretStore' ? {} : { namespace: 'default' }) },
  spec,
});

describe('the CRDs and definitions on an API server', () => {
  let cluster: Cluster;
  const kubectl = (...args: string[]) => cluster.kubectl(args);
  const apply = (...objects: object[]) =>
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const get = async (kind: string, name: string, version = 'v1') =>
    JSON.parse(await kubectl('get', `${kind}.${version}.${group}`, name, '-o', 'json'));

  before(async () => {
    cluster = await startCluster();
    await kubectl('apply', '-f', join(top, 'test/testbed/crds/metacontroller.yaml'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all');
    await eventually(() => kubectl('apply', '-k', join(top, 'composite-controllers'), '--validate=strict'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all');
    for (const kind of installedKinds) {
      const resource = (version: string) => `${kind.plural}.${version}.${groupOf(kind)}`;
      await eventually(() => kubectl('get', resource(kind.version), '-A'));
      if (kind.version === 'v1') await eventually(() => kubectl('get', resource('v1beta1'), '-A'));
    }
  });
  after(() => cluster.stop());

  test('plain kubectl apply -k works, and a second time changes nothing', async () => {
    const lines = (await kubectl('apply', '-k', join(top, 'composite-controllers'))).trim().split('\n');
    assert.equal(lines.length, installedKinds.length + parentKinds.length);
    for (const line of lines) assert.match(line, / unchanged$/);
  });

  test('what the CLI prints can be applied over it', async () => {
    const yaml = manifests({ hookUrl: 'https://hook.example', selector: { team: 'a' } });
    await cluster.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], yaml);
  });

  test('the schemas are structural and the names accepted', async () => {
    for (const kind of installedKinds) {
      const crd = JSON.parse(await kubectl('get', 'crd', `${kind.plural}.${groupOf(kind)}`, '-o', 'json'));
      const conditions = crd.status.conditions.map((c: Record<string, string>) => `${c.type}=${c.status}`);
      assert.deepEqual(conditions.sort(), ['Established=True', 'NamesAccepted=True']);
      assert.deepEqual(crd.status.storedVersions, [kind.version]);
    }
  });

  /** Asks the API server whether it would create the object; its complaint, or undefined. */
  const refusal = async (plural: string, candidate: object, version = 'v1'): Promise<string | undefined> => {
    const answer = await http({
      url: `${cluster.server}/apis/${group}/${version}/namespaces/default/${plural}?dryRun=All&fieldValidation=Ignore`,
      method: 'POST',
      caPem: cluster.caPem,
      headers: { authorization: `Bearer ${cluster.admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(candidate),
    });
    if (answer.status === 201) return undefined;
    assert.equal(answer.status, 422, answer.body.toString());
    return JSON.parse(answer.body.toString()).message;
  };

  const tables: readonly (readonly [string, string, readonly Case[], version?: string])[] = [
    ['ExternalSecret', 'externalsecrets', externalSecretCases],
    ['SecretStore', 'secretstores', storeCases],
    ['PushSecret', 'pushsecrets', pushSecretCases, 'v1alpha1'],
  ];
  for (const [kind, plural, cases, version] of tables) {
    for (const [what, spec, expected] of cases) {
      test(`${kind}: ${expected === undefined ? 'accepts' : 'refuses'} ${what}`, async () => {
        const message = await refusal(plural, object(kind, 'candidate', spec, version), version);
        if (expected === undefined) assert.equal(message, undefined);
        else assert.match(message ?? 'it was accepted', expected);
      });
    }
  }

  test('an object without spec is refused', async () => {
    const { spec: _, ...bare } = object('ExternalSecret', 'bare', {});
    assert.match((await refusal('externalsecrets', bare)) ?? '', /spec: Required value/);
  });

  for (const version of ['v1', 'v1beta1']) {
    test(`${version}: only ESO's defaults are filled in; strategies that are left out stay left out`, async () => {
      const name = `defaults-${version}`;
      const template = { templateFrom: [{ configMap: { name: 'c', items: [{ key: 'k' }] } }] };
      const extract = { key: 'app' };
      await apply(
        object('ExternalSecret', name, { data, dataFrom: [{ extract, rewrite: [{ merge: {} }] }] }, version),
        object('ExternalSecret', `${name}-template`, { data, target: { template } }, version),
      );
      assert.deepEqual((await get('externalsecrets', name)).spec, {
        refreshInterval: '1h0m0s',
        target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
        data,
        dataFrom: [
          {
            extract,
            rewrite: [
              { merge: { into: '', priorityPolicy: 'Strict', conflictPolicy: 'Error', strategy: 'Extract' } },
            ],
          },
        ],
      });
      assert.deepEqual((await get('externalsecrets', `${name}-template`)).spec.target, {
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: {
          engineVersion: 'v2',
          mergePolicy: 'Replace',
          templateFrom: [
            { target: 'Data', configMap: { name: 'c', items: [{ key: 'k', templateAs: 'Values' }] } },
          ],
        },
      });
    });
  }

  test('a Vault store gets the mount paths of its auth methods', async () => {
    const secretRef = { name: 'credentials' };
    const auth = {
      appRole: { roleId: 'id', secretRef },
      kubernetes: { role: 'r' },
      ldap: { username: 'u' },
      userPass: { username: 'u' },
      jwt: { secretRef },
      cert: {},
      iam: { vaultRole: 'r' },
      gcp: { role: 'r' },
    };
    await apply(object('SecretStore', 'mounts', { provider: { vault: { server: 'https://vault', auth } } }));
    const { vault } = (await get('secretstores', 'mounts')).spec.provider;
    assert.equal(vault.version, 'v2');
    const paths = Object.entries(vault.auth as Record<string, { path?: string; mountPath?: string }>);
    assert.deepEqual(
      Object.fromEntries(paths.map(([name, { path, mountPath }]) => [name, path ?? mountPath])),
      {
        appRole: 'approle',
        kubernetes: 'kubernetes',
        ldap: 'ldap',
        userPass: 'userpass',
        jwt: 'jwt',
        cert: 'cert',
        iam: undefined,
        gcp: 'gcp',
      },
    );
  });

  test('an object written as v1beta1 is read as v1, and the other way round', async () => {
    await apply(
      object('ClusterSecretStore', 'old', fake, 'v1beta1'),
      object('ClusterSecretStore', 'new', fake),
    );
    assert.equal((await get('clustersecretstores', 'old', 'v1')).apiVersion, `${group}/v1`);
    assert.equal((await get('clustersecretstores', 'new', 'v1beta1')).apiVersion, `${group}/v1beta1`);
  });

  test('a provider that is not built keeps its section as it was written', async () => {
    const volcengine = { url: 'https://a', nested: [{ deep: { number: 1.5, list: [] } }] };
    await apply(object('SecretStore', 'opaque', { provider: { volcengine } }));
    assert.deepEqual((await get('secretstores', 'opaque')).spec.provider, { volcengine });
  });

  test('every status field that the hook writes is kept', async () => {
    const conditions = [
      {
        type: 'Ready',
        status: 'True',
        reason: 'SecretSynced',
        message: 'secret synced',
        lastTransitionTime: '2026-11-24T11:06:00Z',
      },
    ];
    const status = {
      conditions,
      refreshTime: null,
      syncedResourceVersion: '1-abc',
      binding: { name: 'target' },
      observedGeneration: 1,
      refreshId: '1-abc@7',
      retry: { after: '2026-11-24T11:07:00Z', version: '1-abc' },
    };
    await apply(object('ExternalSecret', 'status', { data }), object('SecretStore', 'status', fake));
    const patch = (plural: string, value: object) =>
      kubectl(
        'patch',
        plural,
        'status',
        '--subresource=status',
        '--type=json',
        '-p',
        JSON.stringify([{ op: 'add', path: '/status', value }]),
      );
    await patch('externalsecrets', status);
    assert.deepEqual((await get('externalsecrets', 'status')).status, status);
    const ofStore = { conditions, capabilities: 'ReadOnly', observedGeneration: 1 };
    await patch('secretstores', ofStore);
    assert.deepEqual((await get('secretstores', 'status')).status, ofStore);
  });

  test('kubectl get shows the columns of ESO, and the message with -o wide', async () => {
    await apply(object('ExternalSecret', 'columns', { data }), object('SecretStore', 'columns', fake));
    const header = async (...args: string[]) =>
      (await kubectl('get', ...args))
        .split('\n')[0]!
        .trim()
        .split(/\s{2,}/);
    const columns = ['NAME', 'STORETYPE', 'STORE', 'REFRESH INTERVAL', 'STATUS', 'READY', 'LAST SYNC'];
    assert.deepEqual(await header('es', 'columns'), columns);
    assert.deepEqual(await header('es', 'columns', '-o', 'wide'), [...columns, 'MESSAGE']);
    assert.deepEqual(await header('ss', 'columns'), ['NAME', 'AGE', 'STATUS', 'CAPABILITIES', 'READY']);
    assert.match(
      await kubectl('get', 'external-secrets', '-o', 'name'),
      /externalsecret.*\/columns\nsecretstore/s,
    );
    assert.equal(await kubectl('get', 'css', 'new', '-o', 'name'), `clustersecretstore.${group}/new\n`);
  });

  test('ExternalSecrets can be selected by store, target and interval', async () => {
    const spec = { data, secretStoreRef: { name: 'selected', kind: 'SecretStore' }, target: { name: 't' } };
    await apply(object('ExternalSecret', 'selected', spec));
    const selector =
      'spec.secretStoreRef.name=selected,spec.secretStoreRef.kind=SecretStore,spec.target.name=t,spec.refreshInterval=1h0m0s';
    assert.equal(
      await kubectl('get', 'es', '--field-selector', selector, '-o', 'name'),
      `externalsecret.${group}/selected\n`,
    );
  });

  test('kubectl explain tells what the fields mean', async () => {
    const explain = (field: string) => kubectl('explain', field);
    assert.match(
      await explain('externalsecret.spec.target'),
      /creationPolicy\s+<string>\s+enum: Owner,.*\n\s+Owner: created/,
    );
    assert.match(
      await explain('ss.spec.provider.vault.auth.appRole'),
      /secretRef\s+<Object> -required-\s+Secret key that holds/,
    );
    assert.match(await explain('css.spec.provider.volcengine'), /Known, but not built/);
  });
});
