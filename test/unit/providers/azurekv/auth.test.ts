import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import type { AzureSpec } from '../../../../providers/azurekv/schema.ts';
import { AzureFault, put } from '../../../fakes/azure-model.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { selfSigned } from './certificates.ts';
import {
  azure,
  clientSecret,
  clusterStore,
  connect,
  type Objects,
  rejects,
  secretStore,
  serviceAccountToken,
  signal,
  text,
  tokenRequests,
} from './loopback.ts';

put(azure.vault, 'secrets', 'app', 'value');
azure.applications.set('federated', { subject: serviceAccountToken });
azure.grants.set('federated', ['']);
beforeEach(() => tokenRequests.splice(0));

async function reads(t: TestContext, spec?: Partial<AzureSpec>, objects?: Objects, scope = secretStore) {
  const client = await connect(t, spec, objects, scope);
  assert.equal(await client.check(signal()), 'ready');
  assert.equal(text((await client.read({ key: 'app' }, signal())).value()), 'value');
}

/** Sets variables for one test. */
function environment(t: TestContext, variables: Readonly<Record<string, string>>) {
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
}

const ref = (key: string) => ({ name: 'app', key });
const tokenPaths = (before: number) =>
  azure.calls.slice(before).flatMap(({ path }) => (/token$/.test(path) ? [path] : []));

test('an application logs in with its secret, at its tenant, and the blanks around both are no part of them', async (t) => {
  const before = azure.calls.length;
  await reads(t, undefined, { secrets: { app: { id: 'app\n', secret: ` ${clientSecret}\n` } } });
  assert.deepEqual(tokenPaths(before), ['/tenant/oauth2/v2.0/token']);
});

test('an application that Entra ID does not know, or with a wrong secret, says so with its number', async (t) => {
  const wrong = await connect(t, undefined, { secrets: { app: { id: 'app', secret: 'wrong' } } });
  assert.equal((await rejects(wrong.check(signal()), 'LoginFailed')).details.backendCode, 'AADSTS7000215');
  const unknown = await connect(t, undefined, { secrets: { app: { id: 'other', secret: clientSecret } } });
  const error = await rejects(unknown.read({ key: 'app' }, signal()), 'LoginFailed');
  assert.equal(error.details.backendCode, 'AADSTS700016');
});

test('an application logs in with its certificate: PEM with either form of key, in any order, or PKCS#12', async (t) => {
  const { certPem, rsaPem, keyPem, pkcs12 } = selfSigned('app');
  const stranger = selfSigned('stranger');
  azure.applications.set('certified', { certificate: new X509Certificate(certPem) });
  azure.grants.set('certified', ['']);
  const spec = {
    tenantId: 'tenant',
    authSecretRef: { clientId: ref('id'), clientCertificate: ref('certificate') },
  };
  const files = [certPem + rsaPem, keyPem + certPem, stranger.certPem + certPem + keyPem, pkcs12];
  for (const certificate of files)
    await reads(t, spec, { secrets: { app: { id: 'certified', certificate } } });
  const unusable = ['', certPem, keyPem, certPem + stranger.keyPem, 'no certificate', stranger.der];
  for (const certificate of unusable)
    await rejects(connect(t, spec, { secrets: { app: { id: 'certified', certificate } } }), 'Misconfigured');
  const foreign = { secrets: { app: { id: 'certified', certificate: stranger.certPem + stranger.keyPem } } };
  await rejects((await connect(t, spec, foreign)).check(signal()), 'LoginFailed');
});

test('a store of an application that lacks what it needs is not connected', async (t) => {
  const secretRefs = { clientId: ref('id'), clientSecret: ref('secret') };
  const broken: Partial<AzureSpec>[] = [
    { authSecretRef: secretRefs },
    { tenantId: 'tenant', authSecretRef: { clientId: ref('id') } },
    { tenantId: 'tenant', authSecretRef: { ...secretRefs, clientCertificate: ref('secret') } },
    { tenantId: 'tenant/../other', authSecretRef: secretRefs },
    { tenantId: 'tenant', authSecretRef: secretRefs, environmentType: 'AzureStackCloud' },
    { tenantId: 'tenant', authSecretRef: secretRefs, vaultUrl: 'http://team.vault.azure.net' },
  ];
  for (const spec of broken) await rejects(connect(t, spec), 'Misconfigured');
  await rejects(connect(t, { tenantId: 'tenant', authSecretRef: secretRefs }, {}), 'CredentialMissing');
});

test('a managed identity is that of the node, or the one of the client id, or of App Service', async (t) => {
  const missing = await connect(t, { authType: 'ManagedIdentity' }, {});
  await rejects(missing.check(signal()), 'LoginFailed');
  azure.identities.set('', 'app').set('assigned', 'app');
  await reads(t, { authType: 'ManagedIdentity' }, {});
  await reads(t, { authType: 'ManagedIdentity', identityId: 'assigned' }, {});
  environment(t, { IDENTITY_ENDPOINT: 'http://127.0.0.1/msi/token', IDENTITY_HEADER: 'app-service' });
  const before = azure.calls.length;
  await reads(t, { authType: 'ManagedIdentity' }, {});
  assert.deepEqual(tokenPaths(before), ['/msi/token']);
});

test('workload identity of the pod is what its webhook has set, read anew for each login', async (t) => {
  const file = join(tempDir('azure-token'), 'token');
  await rejects(connect(t, { authType: 'WorkloadIdentity' }, {}), 'CredentialMissing');
  environment(t, {
    AZURE_CLIENT_ID: 'federated',
    AZURE_TENANT_ID: 'tenant',
    AZURE_FEDERATED_TOKEN_FILE: file,
  });
  const client = await connect(t, { authType: 'WorkloadIdentity' }, {});
  await rejects(client.check(signal()), 'CredentialMissing');
  writeFileSync(file, `${serviceAccountToken}\n`);
  assert.equal(await client.check(signal()), 'ready');
  // A store that says who it is does not touch it.
  writeFileSync(file, 'worthless');
  await reads(t);
});

const annotated = {
  'azure.workload.identity/client-id': 'federated',
  'azure.workload.identity/tenant-id': 'tenant',
};
const account = { authType: 'WorkloadIdentity', serviceAccountRef: { name: 'sa' } } as const;

test("workload identity of a ServiceAccount is the application's that its annotations name", async (t) => {
  const before = azure.calls.length;
  await reads(t, account, { annotations: annotated });
  assert.deepEqual(tokenRequests, [['api://AzureADTokenExchange']]);
  assert.deepEqual(tokenPaths(before), ['/tenant/oauth2/v2.0/token']);
  const serviceAccountRef = { name: 'sa', audiences: ['more'] };
  await reads(t, { ...account, serviceAccountRef }, { annotations: annotated });
  assert.deepEqual(tokenRequests[1], ['api://AzureADTokenExchange', 'more']);
});

const both: readonly [
  what: string,
  spec: Partial<AzureSpec>,
  annotations: Readonly<Record<string, string>>,
  outcome: string,
][] = [
  ['the store names both', { tenantId: 'tenant', authSecretRef: { clientId: ref('id') } }, {}, 'tenant'],
  [
    'the store names the tenant in a Secret',
    { authSecretRef: { clientId: ref('id'), tenantId: ref('tenant') } },
    {},
    'from-secret',
  ],
  ['both say the same', { tenantId: 'tenant' }, annotated, 'tenant'],
  ['they contradict', { tenantId: 'other' }, annotated, 'Misconfigured'],
  [
    'they contradict about the application',
    { authSecretRef: { clientId: ref('other') } },
    annotated,
    'Misconfigured',
  ],
  ['they contradict, on the newer path of ESO', { tenantId: 'other', useAzureSDK: true }, annotated, 'other'],
  [
    'on the newer path the annotation names the application',
    { authSecretRef: { clientId: ref('other') }, useAzureSDK: true },
    annotated,
    'tenant',
  ],
  ['nobody names the application', { tenantId: 'tenant' }, {}, 'Misconfigured'],
  ['nobody names the tenant', { authSecretRef: { clientId: ref('id') } }, {}, 'Misconfigured'],
];
for (const [what, spec, annotations, outcome] of both) {
  test(`workload identity of a ServiceAccount: ${what}`, async (t) => {
    const secrets = { app: { id: 'federated', other: 'other-application', tenant: 'from-secret' } };
    const before = azure.calls.length;
    const client = await connect(t, { ...account, ...spec }, { secrets, annotations });
    if (outcome === 'Misconfigured') return void (await rejects(client.check(signal()), outcome));
    assert.equal(await client.check(signal()), 'ready');
    assert.deepEqual(tokenPaths(before), [`/${outcome}/oauth2/v2.0/token`]);
  });
}

test("the tenant may be the hook's own", async (t) => {
  environment(t, { AZURE_TENANT_ID: 'own-tenant' });
  const before = azure.calls.length;
  await reads(t, account, { annotations: { 'azure.workload.identity/client-id': 'federated' } });
  assert.deepEqual(tokenPaths(before), ['/own-tenant/oauth2/v2.0/token']);
});

test("the hook's own identity is shown to no host of a namespace's choosing", async (t) => {
  environment(t, { AZURE_CLIENT_ID: 'a', AZURE_TENANT_ID: 't', AZURE_FEDERATED_TOKEN_FILE: '/nowhere' });
  const customCloudConfig = {
    activeDirectoryEndpoint: 'https://login.evil.example/',
    keyVaultDNSSuffix: 'evil.example',
  };
  const elsewhere: Partial<AzureSpec>[] = [
    { vaultUrl: 'https://team.evil.example' },
    { vaultUrl: 'https://vault.azure.net.evil.example' },
    { vaultUrl: 'https://evilvault.azure.net' },
    { vaultUrl: 'https://team.vault.azure.cn' },
    { vaultUrl: 'https://team.evil.example', useAzureSDK: true, customCloudConfig },
  ];
  for (const spec of elsewhere) {
    for (const authType of ['ManagedIdentity', 'WorkloadIdentity'] as const) {
      await rejects(connect(t, { ...spec, authType }, {}), 'CredentialForbidden');
      await connect(t, { ...spec, authType }, {}, clusterStore);
    }
  }
});

test('a vault gets tokens for what it says, and only for its own domain', async (t) => {
  const { challenge } = azure;
  t.after(() => {
    azure.challenge = challenge;
  });
  const before = azure.calls.length;
  for (const resource of ['https://evil.example', 'https://graph.microsoft.com', 'nonsense']) {
    azure.challenge = `Bearer authorization="https://login.microsoftonline.com/t", resource="${resource}"`;
    await rejects((await connect(t)).read({ key: 'app' }, signal()), 'Malformed');
  }
  azure.challenge = 'Negotiate';
  await rejects((await connect(t)).read({ key: 'app' }, signal()), 'Malformed');
  assert.deepEqual(tokenPaths(before), []);
});

test('a cloud of its own is asked at its own login endpoint', async (t) => {
  const customCloudConfig = { activeDirectoryEndpoint: 'https://login.stack.example/base' };
  const before = azure.calls.length;
  const spec = {
    tenantId: 'tenant',
    authSecretRef: { clientId: ref('id'), clientSecret: ref('secret') },
    environmentType: 'AzureStackCloud',
    customCloudConfig,
  } as const;
  await reads(t, spec).catch(() => {});
  assert.deepEqual(tokenPaths(before), ['/base/tenant/oauth2/v2.0/token']);
});

test('a throttled and a broken login are told apart', async (t) => {
  const codes = [
    [429, 'Throttled'],
    [503, 'Unavailable'],
  ] as const;
  for (const [status, code] of codes) {
    azure.fail(/token$/, new AzureFault(status, 'whatever'));
    const error = await rejects((await connect(t)).check(signal()), code);
    if (code === 'Throttled') assert.equal(error.details.retryAfter, 7);
    azure.heal();
  }
});
