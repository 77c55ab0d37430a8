import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { vault } from '../../../../providers/vault/index.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';

const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: undefined };
const token = { tokenSecretRef: { name: 'token', key: 'token' } };
const spec = (fields: Partial<VaultSpec> = {}): VaultSpec => ({
  server: 'https://vault.example.com:8200',
  version: 'v2',
  auth: token,
  ...fields,
});
const elsewhere = { name: 'x', key: 'y', namespace: 'other' };

const nothing: KubeReader = {
  secret: async () => undefined,
  configMap: async () => undefined,
  serviceAccount: async () => undefined,
  serviceAccountToken: async () => undefined,
};
const connect = (fields: Partial<VaultSpec>, scope: StoreScope, kube = nothing) =>
  vault.connect(spec(fields), scope, {
    credentials: createCredentials(scope, kube),
    now: () => 0,
    countCall: () => {},
  });

async function failsToRead(fields: Partial<VaultSpec>, scope: StoreScope, code: string, what: string) {
  await assert.rejects(
    connect(fields, scope).then((client) => client.read({ key: 'x' }, AbortSignal.timeout(1000))),
    (error) => error instanceof ProviderError && error.code === code && error.details.what === what,
    `${code} ${what}`,
  );
}

test('a section that cannot work is told field by field', () => {
  const kubernetes = { mountPath: 'kubernetes', role: 'app' };
  const rows: [fields: Partial<VaultSpec>, scope: StoreScope, paths: string[]][] = [
    [{}, store, []],
    [{}, clusterStore, []],
    [{ server: 'vault.example.com:8200' }, store, ['server']],
    [{ server: 'unix:///run/vault.sock' }, store, ['server']],
    [{ auth: {} }, store, ['auth']],
    [{ auth: { namespace: 'ns' } }, store, ['auth']],
    [{ auth: { tokenSecretRef: elsewhere } }, store, ['auth.tokenSecretRef.namespace']],
    [{ auth: { tokenSecretRef: { ...elsewhere, namespace: 'team' } } }, store, []],
    [{ auth: { tokenSecretRef: elsewhere } }, clusterStore, []],
    [
      { auth: { kubernetes: { ...kubernetes, serviceAccountRef: elsewhere } } },
      store,
      ['auth.kubernetes.serviceAccountRef.namespace'],
    ],
    [
      { auth: { kubernetes: { ...kubernetes, secretRef: elsewhere } } },
      store,
      ['auth.kubernetes.secretRef.namespace'],
    ],
    [{ auth: { appRole: { path: 'approle', secretRef: { name: 'x' } } } }, store, ['auth.appRole']],
    [{ auth: { jwt: { path: 'jwt' } } }, store, ['auth.jwt']],
    [{ tls: { certSecretRef: { name: 'x' } } }, store, ['tls']],
    [
      { tls: { certSecretRef: { name: 'x' }, keySecretRef: elsewhere } },
      store,
      ['tls.keySecretRef.namespace'],
    ],
    [{ version: 'v1', checkAndSet: { required: true } }, store, ['checkAndSet']],
    [{ version: 'v2', checkAndSet: { required: true } }, store, []],
    [{ caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca' } }, clusterStore, ['caProvider.namespace']],
    [
      { caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca', namespace: 'other' } },
      store,
      ['caProvider.namespace'],
    ],
  ];
  for (const [fields, scope, paths] of rows) {
    const problems = vault.validate(spec(fields), scope);
    assert.deepEqual(
      problems.map(({ path }) => path),
      paths,
      JSON.stringify(fields),
    );
  }
});

test('the references are those that the method in use reads', () => {
  const serviceAccountRef = { name: 'sa', namespace: 'infra' };
  const secretRef = { name: 'jwt' };
  const kubernetes = { mountPath: 'kubernetes', role: 'app', serviceAccountRef, secretRef };
  const caProvider = { type: 'ConfigMap', name: 'ca', key: 'ca', namespace: 'infra' } as const;
  const tls = { certSecretRef: { name: 'cert' }, keySecretRef: { name: 'key' } };
  const rows: [fields: Partial<VaultSpec>, references: string[]][] = [
    [{}, ['Secret token auth.tokenSecretRef']],
    [{ auth: { kubernetes } }, ['ServiceAccount infra/sa auth.kubernetes.serviceAccountRef']],
    [
      { auth: { kubernetes: { mountPath: 'k', role: 'r', secretRef } } },
      ['Secret jwt auth.kubernetes.secretRef'],
    ],
    [{ auth: { kubernetes: { mountPath: 'k', role: 'r' } } }, []],
    [{ auth: { ...token, kubernetes } }, ['Secret token auth.tokenSecretRef']],
    [
      { auth: { kubernetes }, tls, caProvider },
      [
        'ServiceAccount infra/sa auth.kubernetes.serviceAccountRef',
        'Secret cert tls.certSecretRef',
        'Secret key tls.keySecretRef',
        'ConfigMap infra/ca caProvider',
      ],
    ],
    [{ caProvider, caBundle: 'eA==' }, ['Secret token auth.tokenSecretRef']],
  ];
  for (const [fields, references] of rows) {
    const seen = vault
      .references(spec(fields))
      .map(({ kind, name, namespace, path }) => `${kind} ${namespace ? `${namespace}/` : ''}${name} ${path}`);
    assert.deepEqual(seen, references);
  }
  const tokenOf = { serviceAccountRef: { name: 'sa' } };
  const inOrder: [name: string, section: object, references: string[]][] = [
    ['tokenSecretRef', { name: 'token' }, ['Secret token auth.tokenSecretRef']],
    [
      'appRole',
      { path: 'p', roleRef: { name: 'id' }, secretRef },
      ['Secret id auth.appRole.roleRef', 'Secret jwt auth.appRole.secretRef'],
    ],
    ['kubernetes', { mountPath: 'k', role: 'r', secretRef }, ['Secret jwt auth.kubernetes.secretRef']],
    ['ldap', { path: 'p', username: 'u', secretRef }, ['Secret jwt auth.ldap.secretRef']],
    ['userPass', { path: 'p', username: 'u', secretRef }, ['Secret jwt auth.userPass.secretRef']],
    [
      'jwt',
      { path: 'p', kubernetesServiceAccountToken: tokenOf },
      ['ServiceAccount sa auth.jwt.kubernetesServiceAccountToken.serviceAccountRef'],
    ],
    [
      'cert',
      { path: 'p', clientCert: { name: 'cert' }, secretRef },
      ['Secret cert auth.cert.clientCert', 'Secret jwt auth.cert.secretRef'],
    ],
    [
      'iam',
      {
        vaultRole: 'r',
        secretRef: { accessKeyIDSecretRef: { name: 'id' }, secretAccessKeySecretRef: { name: 'key' } },
      },
      [
        'Secret id auth.iam.secretRef.accessKeyIDSecretRef',
        'Secret key auth.iam.secretRef.secretAccessKeySecretRef',
      ],
    ],
  ];
  for (const [index, [name, , references]] of inOrder.entries()) {
    const auth = Object.fromEntries(inOrder.slice(index).reverse());
    const seen = vault.references(spec({ auth })).map((ref) => `${ref.kind} ${ref.name} ${ref.path}`);
    assert.deepEqual(seen, references, `of several methods ${name} is the first`);
  }
  assert.deepEqual(
    vault.references(spec({ auth: { appRole: { path: 'p', roleId: 'x', roleRef: secretRef, secretRef } } }))
      .length,
    1,
  );
  assert.deepEqual(
    vault.references(
      spec({ auth: { jwt: { path: 'p', secretRef, kubernetesServiceAccountToken: tokenOf } } }),
    )[0]?.kind,
    'Secret',
  );
  const withoutAuth: VaultSpec = { server: 'https://vault', version: 'v2' };
  assert.deepEqual(vault.references(withoutAuth), []);
});

test("a cluster store whose credentials are its consumers' is neither ready nor broken by itself", async () => {
  const client = await connect({}, clusterStore);
  assert.equal(await client.check(AbortSignal.timeout(1000)), 'unknown');
  await failsToRead({}, clusterStore, 'Misconfigured', 'the store has no consumer');
});

test('a method that is not built is named, unless one before it is used', async () => {
  const workloadIdentity = { serviceAccountRef: { name: 'app' } };
  const methods: NonNullable<VaultSpec['auth']>[] = [{ gcp: { path: 'gcp', role: 'x', workloadIdentity } }];
  for (const auth of methods) {
    await failsToRead({ auth }, store, 'Unsupported', 'auth.gcp.workloadIdentity of Vault');
    await failsToRead(
      { auth: { ...auth, ...token } },
      store,
      'CredentialMissing',
      'Secret team/token key token',
    );
  }
  await failsToRead({ auth: {} }, store, 'Misconfigured', 'auth names no method');
});

test("the hook's own token goes to no server that a tenant chose", async () => {
  const auth = { kubernetes: { mountPath: 'kubernetes', role: 'app' } };
  await failsToRead({ auth }, store, 'CredentialForbidden', "the hook's own ServiceAccount token");
  // Where these tests run in a pod themselves there is such a token.
  const client = await connect({ auth, server: 'http://127.0.0.1:1' }, clusterStore);
  await assert.rejects(
    client.read({ key: 'x' }, AbortSignal.timeout(1000)),
    (error) => error instanceof ProviderError && ['CredentialMissing', 'Unavailable'].includes(error.code),
  );
});

test('a token of a ServiceAccount is asked for with its own audiences and ten minutes', async () => {
  const asked: unknown[] = [];
  const kube: KubeReader = {
    ...nothing,
    async serviceAccountToken(namespace, name, request) {
      asked.push([namespace, name, request]);
      return undefined;
    },
  };
  const serviceAccountRef = { name: 'app', audiences: ['vault'] };
  const client = await connect(
    { auth: { kubernetes: { mountPath: 'k', role: 'r', serviceAccountRef } } },
    store,
    kube,
  );
  assert.deepEqual(asked, [], 'nothing is asked for before the first read');
  await assert.rejects(client.read({ key: 'x' }, AbortSignal.timeout(1000)));
  assert.deepEqual(asked, [['team', 'app', { audiences: ['vault'], expirationSeconds: 600 }]]);
});
