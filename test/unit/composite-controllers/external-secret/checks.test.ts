import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookRequest } from '../../../../composite-controllers/controller.ts';
import { refusal } from '../../../../composite-controllers/external-secret/checks.ts';
import type { SyncErrorCode } from '../../../../composite-controllers/external-secret/errors.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import {
  childSecret,
  externalSecret,
  meta,
  request,
  settings,
  spec,
  startOfTests,
  status,
  store,
  syncedAt,
} from '../../../support/builders.ts';

interface Case {
  readonly name: string;
  readonly request: HookRequest;
  readonly expect: SyncErrorCode;
}

const notReady = status({
  conditions: [{ type: 'Ready', status: 'False', message: 'unable to validate store' }],
});

const fromCluster = { secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' } };
const clusterStore = (condition: object) =>
  store(spec({ conditions: [condition] }), (object) => {
    object.kind = 'ClusterSecretStore';
    delete object.metadata.namespace;
  });

const generatorRef = { kind: 'Password', name: 'p' };
const entry = { secretKey: 'password', remoteRef: { key: 'db' } };

const cases: readonly Case[] = [
  {
    name: 'the store is missing',
    request: request(externalSecret(), { related: [] }),
    expect: 'StoreMissing',
  },
  {
    name: 'the store has not been validated',
    request: request(externalSecret(), { related: [store((object) => delete object.status)] }),
    expect: 'StoreNotChecked',
  },
  {
    name: 'a target of another kind, where the installation allows none',
    request: request(externalSecret(spec({ target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }))),
    expect: 'GenericOff',
  },
  {
    name: 'neither data nor dataFrom',
    request: request(externalSecret(spec({ data: [] }))),
    expect: 'SpecInvalid',
  },
  {
    name: 'an entry without a store',
    request: request(externalSecret(spec({ secretStoreRef: undefined }))),
    expect: 'SpecInvalid',
  },
  {
    name: 'not built: a generator in data',
    request: request(externalSecret(spec({ data: [{ ...entry, sourceRef: { generatorRef } }] }))),
    expect: 'NotBuilt' as const,
  },
  ...(
    [
      ['Merge', 'Delete'],
      ['CreateOrMerge', 'Delete'],
      ['None', 'Delete'],
      ['None', 'Merge'],
    ] as const
  ).map(([creationPolicy, deletionPolicy]) => ({
    name: `creationPolicy ${creationPolicy} with deletionPolicy ${deletionPolicy}`,
    request: request(externalSecret(spec({ target: { creationPolicy, deletionPolicy } }))),
    expect: 'SpecInvalid' as const,
  })),
  {
    name: 'an entry with two sources',
    request: request(externalSecret(spec({ dataFrom: [{ extract: { key: 'a' }, find: {} }] }))),
    expect: 'SpecInvalid',
  },
  {
    name: 'an entry with no source',
    request: request(externalSecret(spec({ dataFrom: [{}] }))),
    expect: 'SpecInvalid',
  },
  {
    name: 'a store that failed its validation',
    request: request(externalSecret(), { related: [store(notReady)] }),
    expect: 'StoreNotReady',
  },
  {
    name: 'a cluster store that does not admit the namespace',
    request: request(externalSecret(spec(fromCluster)), { related: [clusterStore({ namespaces: ['b'] })] }),
    expect: 'StoreForbidden',
  },
  {
    name: 'a cluster store whose conditions cannot be read admits nobody',
    request: request(externalSecret(spec(fromCluster)), {
      related: [clusterStore({ namespaceRegexes: ['('] })],
    }),
    expect: 'StoreForbidden',
  },
  {
    name: 'a cluster store that gives the namespace other keys',
    request: request(externalSecret(spec(fromCluster)), {
      related: [clusterStore({ namespaceSelector: {}, remoteKeys: { prefixes: ['other/'] } })],
    }),
    expect: 'KeyForbidden',
  },
  {
    name: 'dynamic-apply would copy values into an annotation',
    request: request(externalSecret(syncedAt(startOfTests), meta({ generation: 2 })), {
      children: [
        childSecret(
          { password: 'one' },
          undefined,
          (secret) =>
            (secret.metadata.annotations!['metacontroller.k8s.io/last-applied-configuration'] = '{}'),
        ),
      ],
    }),
    expect: 'DynamicApply',
  },
];

test('without the flood gate a store is used whatever its condition says', () => {
  const world = readWorld(request(externalSecret(), { related: [store(notReady)] }), startOfTests);
  assert.equal(refusal(world, { ...settings, floodGate: false }), undefined);
});

test('a store that is named and not read from need not be there, be ready, or admit the namespace', () => {
  const own = { data: [{ ...entry, sourceRef: { storeRef: { name: 'vault' } } }] };
  const unused = (secretStoreRef: object, ...related: ReturnType<typeof store>[]) =>
    refusal(
      readWorld(
        request(externalSecret(spec({ ...own, secretStoreRef })), { related: [store(), ...related] }),
        startOfTests,
      ),
      settings,
    );
  assert.equal(unused({ name: 'missing' }), undefined);
  assert.equal(unused({ name: 'other' }, store(meta({ name: 'other' }), notReady)), undefined);
  assert.equal(unused(fromCluster.secretStoreRef, clusterStore({ namespaces: ['b'] })), undefined);
});

for (const { name, request: body, expect } of cases) {
  test(`${name}: ${expect}`, () => {
    assert.equal(refusal(readWorld(body, startOfTests), settings)?.code, expect);
  });
}
