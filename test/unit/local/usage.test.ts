import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { usage } from '../../../local/usage.ts';

const externalSecret = (name: string, spec: object, namespace = 'team-a'): KubeObject =>
  ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec,
  }) as KubeObject;
const data = (key: string, more: object = {}) => ({ secretKey: 'a', remoteRef: { key, ...more } });
const vault = { name: 'vault', kind: 'ClusterSecretStore' };

const objects = [
  externalSecret('one', {
    secretStoreRef: vault,
    data: [data('db', { property: 'user' }), data('db', { property: 'password' })],
  }),
  externalSecret(
    'two',
    { secretStoreRef: { name: 'own' }, target: { name: 'other' }, data: [data('db', { version: '3' })] },
    'team-b',
  ),
  externalSecret('many', {
    secretStoreRef: vault,
    dataFrom: [{ extract: { key: 'app' } }, { find: { name: { regexp: '^d' } } }],
  }),
  externalSecret('tags', { secretStoreRef: vault, dataFrom: [{ find: { tags: { env: 'prod' } } }] }),
  externalSecret('broken', { secretStoreRef: vault, dataFrom: [{ find: { name: { regexp: '(' } } }] }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'db', namespace: 'team-a' } },
];

test('who uses a key: those that ask for it first, then those whose find may take it', () => {
  assert.deepEqual(usage(objects, 'db'), [
    { store: 'ClusterSecretStore/vault', key: 'db', how: 'asks', by: 'team-a/one', secret: 'one' },
    {
      store: 'SecretStore/own in team-b',
      key: 'db',
      how: 'asks',
      version: '3',
      by: 'team-b/two',
      secret: 'other',
    },
    { store: 'ClusterSecretStore/vault', key: '', how: 'may', by: 'team-a/tags', secret: 'tags' },
    { store: 'ClusterSecretStore/vault', key: '^d', how: 'may', by: 'team-a/many', secret: 'many' },
  ]);
});

test('a key that nobody names is used by finds without a name at most', () => {
  assert.deepEqual(
    usage(objects, 'xyz').map(({ by }) => by),
    ['team-a/tags'],
  );
});

test('without a key, everything that is asked for is listed', () => {
  assert.deepEqual(
    usage(objects).map(({ by, key }) => `${by} ${key}`),
    [
      'team-a/many app',
      'team-a/one db',
      'team-b/two db',
      'team-a/tags ',
      'team-a/broken (',
      'team-a/many ^d',
    ],
  );
});
