import { randomUUID } from 'node:crypto';
import { project, startFakeInfisical } from '../../fakes/infisical.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

/** One folder of an environment; what an identity may read goes by how names begin. */
export const harnesses: readonly Harness[] = [
  { name: 'infisical (universal auth, loopback)', provider: 'infisical', dialect: 'as-given', start },
];

const everybody: readonly Who[] = ['reader', 'left', 'right', 'writer', 'stranger'];
const nameOf = (key: string) => key.replaceAll('/', '-');

async function start(): Promise<Backend> {
  const fake = await startFakeInfisical();
  const proxy = await startRecordingProxy(fake.url);
  const secretsOf = Object.fromEntries(everybody.map((who) => [who, randomUUID()]));
  fake.logins.set('universal-auth', ({ clientId, clientSecret }) =>
    clientId !== 'stranger' && secretsOf[String(clientId)] === clientSecret ? String(clientId) : undefined,
  );
  for (const [who, reads] of Object.entries({ reader: '', left: 'left-', right: 'right-' }))
    fake.grants.set(who, { reads });
  fake.grants.set('writer', { reads: '', writes: true });
  const credentials = Object.fromEntries(
    everybody.map((who) => [`team/${who}`, { id: who, secret: `${secretsOf[who]}\n` }]),
  );
  const store = (who: Who, hostAPI = proxy.url) => ({
    spec: {
      hostAPI,
      auth: {
        universalAuthCredentials: {
          clientId: { name: who, key: 'id' },
          clientSecret: { name: who, key: 'secret' },
        },
      },
      secretsScope: {
        projectSlug: project.slug,
        environmentSlug: project.environment,
        secretsPath: '/',
        recursive: false,
        expandSecretReferences: true,
      },
    },
    scope: { kind: 'SecretStore', name: 'infisical', namespace: 'team' } as const,
    kube: memoryKube(credentials, 'no token is asked for'),
  });
  const remove = async (key: string) => {
    const index = fake.secrets.findIndex(({ name }) => name === nameOf(key));
    if (index >= 0) fake.secrets.splice(index, 1);
  };
  const write = async (key: string, ...values: (string | Uint8Array)[]) => {
    await remove(key);
    fake.secrets.push({ folder: '/', name: nameOf(key), values: values.map(String) });
  };
  return {
    values: 'own',
    identities: 'several',
    emptyObjects: 'kept',
    names: 'plain',
    nameOf,
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    remove,
    plain: { holds: 'text', write },
    async versions(key, jsons) {
      await write(key, ...jsons);
      return jsons.map((_, index) => String(index + 1));
    },
    finds: { nameOf },
    logins: {
      count: () => fake.given.length,
      revocations: () => fake.revoked.length,
      expire: async () => fake.tokens.clear(),
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets\/raw/, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'property', 'whole'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PATCH|DELETE) \S*\/secrets\/raw/),
    },
    credentials: () => [...Object.values(secretsOf), ...fake.given],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
