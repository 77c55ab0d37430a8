import { startFakeAzure, vaultUrl } from '../../fakes/azure.ts';
import { put } from '../../fakes/azure-model.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

type Auth = 'client secret' | 'workload identity';

const everybody: readonly Who[] = ['reader', 'left', 'right', 'writer', 'stranger'];
/** Names of a vault hold letters, digits and dashes. */
const nameOf = (key: string) => key.replaceAll(/[^A-Za-z0-9-]/g, '-');
const clientOf = (who: Who) => `application-of-${who}`;
const secretOf = (who: Who) => `the-client-secret-of-${who}`;
const tokenOf = (who: Who) => `a-service-account-token-of-${who}`;

export const harnesses: readonly Harness[] = (['client secret', 'workload identity'] as const).map(
  (auth) => ({
    name: `azurekv (${auth}, loopback)`,
    provider: 'azurekv',
    dialect: 'as-given-first',
    start: () => start(auth),
  }),
);

async function start(auth: Auth): Promise<Backend> {
  const azure = await startFakeAzure();
  const proxy = await startRecordingProxy(azure.url);
  for (const [who, prefix] of Object.entries({ reader: '', writer: '', left: 'left-', right: 'right-' })) {
    const client = clientOf(who as Who);
    const proof =
      auth === 'client secret' ? { secret: secretOf(who as Who) } : { subject: tokenOf(who as Who) };
    azure.applications.set(client, proof);
    azure.grants.set(client, [prefix]);
  }
  azure.writers.add(clientOf('writer'));
  const kube = {
    ...memoryKube(
      Object.fromEntries(
        everybody.map((who) => [`team/${who}`, { id: clientOf(who), secret: `${secretOf(who)}\n` }]),
      ),
      '',
    ),
    serviceAccount: async (_: string, name: string) => ({
      annotations: {
        'azure.workload.identity/client-id': clientOf(name as Who),
        'azure.workload.identity/tenant-id': 'tenant',
      },
    }),
    serviceAccountToken: async (_: string, name: string) => ({
      token: tokenOf(name as Who),
      expiresAt: Date.now() + 3_600_000,
    }),
  };
  const authOf = (who: Who) =>
    auth === 'workload identity'
      ? { authType: 'WorkloadIdentity', serviceAccountRef: { name: who } }
      : {
          authType: 'ServicePrincipal',
          tenantId: 'tenant',
          authSecretRef: {
            clientId: { name: who, key: 'id' },
            clientSecret: { name: who, key: 'secret' },
          },
        };
  const store = (who: Who, url = proxy.url) => {
    // The endpoint is no part of a store; a client takes it up when it connects.
    process.env.AZURE_ENDPOINT_URL = url;
    return {
      spec: { vaultUrl, environmentType: 'PublicCloud', ...authOf(who) },
      scope: { kind: 'SecretStore', name: 'azure', namespace: 'team' } as const,
      kube,
    };
  };
  return {
    values: 'own',
    identities: 'several',
    ...(auth === 'client secret' ? { rotates: true } : {}),
    emptyObjects: 'kept',
    names: 'plain',
    nameOf,
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) put(azure.vault, 'secrets', nameOf(key), json);
    },
    plain: {
      holds: 'text',
      write: async (key, value) => void put(azure.vault, 'secrets', nameOf(key), String(value)),
    },
    versions: async (key, jsons) => jsons.map((json) => put(azure.vault, 'secrets', nameOf(key), json)),
    remove: async (key) => void azure.vault.delete(`secrets/${nameOf(key)}`),
    finds: { tags: true, nameOf },
    // learn.microsoft.com/azure/key-vault/secrets/about-secrets: 25k bytes
    largest: 25_600,
    metadata: {
      async tag(key, name, value) {
        const version = azure.vault.get(`secrets/${nameOf(key)}`)?.at(-1);
        if (version !== undefined) version.tags = { [name]: value };
      },
      property: (name) => name,
    },
    pushes: {
      kinds: ['key', 'whole'],
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'secret',
      writes: () => proxy.count(/^(PUT|POST|DELETE) \/(secrets|keys|certificates)/),
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    logins: {
      count: () => proxy.count(/^POST .*\/oauth2\/v2\.0\/token/),
      expire: async () => azure.expireAll(),
    },
    credentials: () => [...everybody.map(secretOf), ...everybody.map(tokenOf), ...azure.issuedTokens()],
    async stop() {
      await proxy.close();
      await azure.close();
    },
  };
}
