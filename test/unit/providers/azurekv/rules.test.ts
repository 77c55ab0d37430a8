import assert from 'node:assert/strict';
import { test } from 'node:test';
import { azurekv } from '../../../../providers/azurekv/index.ts';
import type { AzureSpec } from '../../../../providers/azurekv/schema.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';

const secretStore: StoreScope = { kind: 'SecretStore', name: 's', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 's', namespace: undefined };
const ref = { name: 'app', key: 'k' };
const principal: AzureSpec = {
  authType: 'ServicePrincipal',
  vaultUrl: 'https://team.vault.azure.net/',
  environmentType: 'PublicCloud',
  tenantId: 'tenant',
  authSecretRef: { clientId: ref, clientSecret: ref },
};
const { tenantId: _, ...withoutTenant } = principal;
const customCloudConfig = { activeDirectoryEndpoint: 'https://login.example.com' };
const foreign = { ...ref, namespace: 'other' };

const problems: readonly [what: string, spec: AzureSpec, paths: string[]][] = [
  ['an application', principal, []],
  ['a managed identity', { ...withoutTenant, authType: 'ManagedIdentity' }, []],
  ['workload identity', { ...withoutTenant, authType: 'WorkloadIdentity', serviceAccountRef: ref }, []],
  ['no tenant', withoutTenant, ['tenantId']],
  ['no proof', { ...principal, authSecretRef: { clientId: ref } }, ['authSecretRef']],
  [
    'two proofs',
    { ...principal, authSecretRef: { clientId: ref, clientSecret: ref, clientCertificate: ref } },
    ['authSecretRef'],
  ],
  ['no application', { ...principal, authSecretRef: { clientSecret: ref } }, ['authSecretRef.clientId']],
  ['plain HTTP', { ...principal, vaultUrl: 'http://team.vault.azure.net' }, ['vaultUrl']],
  ['a path', { ...principal, vaultUrl: 'https://team.vault.azure.net/secrets' }, ['vaultUrl']],
  ['a stack without endpoints', { ...principal, environmentType: 'AzureStackCloud' }, ['customCloudConfig']],
  ['endpoints on the older path', { ...principal, customCloudConfig }, ['customCloudConfig']],
  ['endpoints', { ...principal, customCloudConfig, useAzureSDK: true }, []],
  [
    'a login in clear',
    { ...principal, customCloudConfig: { activeDirectoryEndpoint: 'http://x' }, useAzureSDK: true },
    ['customCloudConfig.activeDirectoryEndpoint'],
  ],
  [
    'a foreign namespace',
    { ...principal, authSecretRef: { clientId: foreign, clientSecret: ref } },
    ['authSecretRef.clientId.namespace'],
  ],
  [
    'a foreign namespace where ESO does not look, and nobody reads',
    { ...principal, authSecretRef: { clientId: ref, clientCertificate: foreign } },
    [],
  ],
];
for (const [what, spec, paths] of problems) {
  test(`a store is told what cannot work: ${what}`, () => {
    assert.deepEqual(
      azurekv.validate(spec, secretStore).map(({ path }) => path),
      paths,
    );
  });
}

test('only what the auth type uses is read', () => {
  const all = { ...principal, serviceAccountRef: ref };
  const paths = (authType: AzureSpec['authType']) =>
    azurekv.references({ ...all, authType }).map(({ path }) => path);
  assert.deepEqual(paths('ServicePrincipal'), ['authSecretRef.clientId', 'authSecretRef.clientSecret']);
  assert.deepEqual(paths('WorkloadIdentity'), ['serviceAccountRef', 'authSecretRef.clientId']);
  assert.deepEqual(paths('ManagedIdentity'), []);
});

test('a ClusterSecretStore without namespaces waits for its consumer', async () => {
  const client = await azurekv.connect(principal, clusterStore, {} as never);
  assert.equal(await client.check(AbortSignal.timeout(1000)), 'unknown');
});
