import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gcpsm } from '../../../../providers/gcpsm/index.ts';
import type { GcpSpec } from '../../../../providers/gcpsm/schema.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';

const secretStore: StoreScope = { kind: 'SecretStore', name: 's', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 's', namespace: undefined };
const spec = (fields: Partial<GcpSpec>): GcpSpec => ({
  secretVersionSelectionPolicy: 'LatestOrFail',
  ...fields,
});
const serviceAccountRef = { name: 'app' };
const credConfig = { name: 'c', key: 'k' };
const federation = (fields: object) => spec({ auth: { workloadIdentityFederation: fields } });

const problems: readonly [what: string, spec: GcpSpec, paths: string[]][] = [
  ['nothing at all', spec({}), []],
  ['a key', spec({ auth: { secretRef: { secretAccessKeySecretRef: { name: 'k', key: 'j' } } } }), []],
  [
    'a section without its key',
    spec({ auth: { secretRef: {} } }),
    ['auth.secretRef.secretAccessKeySecretRef'],
  ],
  ['a location that is none', spec({ location: 'a.b' }), ['location']],
  ['a project that is none', spec({ projectID: 'a/b' }), ['projectID']],
  ['a project of a domain', spec({ projectID: 'example.com:team' }), []],
  ['federation without credentials', federation({ audience: 'a' }), ['auth.workloadIdentityFederation']],
  [
    'federation with two',
    federation({ credConfig, serviceAccountRef, audience: 'a' }),
    ['auth.workloadIdentityFederation'],
  ],
  [
    'federation without audience',
    federation({ serviceAccountRef }),
    ['auth.workloadIdentityFederation.audience'],
  ],
  ['a configuration has its own audience', federation({ credConfig }), []],
  [
    'a foreign namespace',
    federation({ credConfig: { ...credConfig, namespace: 'other' } }),
    ['auth.workloadIdentityFederation.credConfig.namespace'],
  ],
];
for (const [what, section, paths] of problems) {
  test(`a store is told what cannot work: ${what}`, () => {
    assert.deepEqual(
      gcpsm.validate(section, secretStore).map(({ path }) => path),
      paths,
    );
  });
}

test('only what the first auth method names is read', () => {
  const secretRef = { secretAccessKeySecretRef: { name: 'key', key: 'k' } };
  const all = {
    secretRef,
    workloadIdentity: { serviceAccountRef },
    workloadIdentityFederation: { credConfig },
  };
  const { secretRef: _, ...withoutKey } = all;
  const { workloadIdentity: __, ...federationOnly } = withoutKey;
  const kinds = [all, withoutKey, federationOnly, {}].map((auth) =>
    gcpsm.references(spec({ auth })).map(({ kind }) => kind),
  );
  assert.deepEqual(kinds, [['Secret'], ['ServiceAccount'], ['ConfigMap'], []]);
});

test('a ClusterSecretStore with federation and no namespace waits for its consumer instead of failing', async () => {
  const client = await gcpsm.connect(federation({ credConfig }), clusterStore, {} as never);
  assert.equal(await client.check(AbortSignal.timeout(1000)), 'unknown');
});
