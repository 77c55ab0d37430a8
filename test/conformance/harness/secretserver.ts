import { randomUUID } from 'node:crypto';
import { startFakeSecretServer } from '../../fakes/secretserver.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** Secrets of one folder by their names; a search does not tell what is hidden from what is not there. */
export const harnesses: readonly Harness[] = [
  { name: 'secretserver (loopback)', provider: 'secretserver', dialect: 'as-given', start },
];

const nameOf = (key: string) => key.replaceAll('/', '.');

async function start(): Promise<Backend> {
  const fake = await startFakeSecretServer();
  const proxy = await startRecordingProxy(fake.url);
  const password = randomUUID();
  fake.users.set('app', password);
  fake.fields.push('v', 'html', 'quotes', 'unicode', 'pem', 'json', 'one', 'two');
  const store = (serverURL = proxy.url) => ({
    spec: {
      serverURL,
      username: { value: 'app' },
      password: { secretRef: { name: 'secretserver', key: 'password' } },
    },
    scope: { kind: 'SecretStore', name: 'secretserver', namespace: 'team' } as const,
    kube: memoryKube({ 'team/secretserver': { password: `${password}\n` } }, 'no token is asked for'),
  });
  const remove = async (key: string) => {
    const index = fake.secrets.findIndex(({ name }) => name === nameOf(key));
    if (index >= 0) fake.secrets.splice(index, 1);
  };
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'refused',
    documents: 'keys',
    nameOf,
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) {
        await remove(key);
        fake.put(nameOf(key), JSON.parse(json));
      }
    },
    remove,
    logins: {
      count: () => fake.logins.length,
      expire: async () => fake.tokens.clear(),
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      metadata: {
        apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
        kind: 'PushSecretMetadata',
        spec: { folderId: 73, secretTemplateId: 6098 },
      },
      kinds: ['property', 'key'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PUT|DELETE) \/api\//),
    },
    credentials: () => [password, ...fake.logins],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
