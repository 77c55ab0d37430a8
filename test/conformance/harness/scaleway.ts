import { randomUUID } from 'node:crypto';
import { startFakeScaleway } from '../../fakes/scaleway.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** Secrets of the root folder, by name; Scaleway has one key for all of a project. */
export const harnesses: readonly Harness[] = [
  { name: 'scaleway (loopback)', provider: 'scaleway', dialect: 'as-written', start },
];

const called = (key: string) => key.replaceAll('/', '.');

async function start(): Promise<Backend> {
  const [projectId, secretKey] = [randomUUID(), randomUUID()];
  const fake = await startFakeScaleway(projectId, secretKey);
  const proxy = await startRecordingProxy(fake.url);
  const secretRef = { name: 'scaleway', key: 'secret' };
  const store = (apiUrl = proxy.url) => ({
    spec: {
      apiUrl,
      region: 'fr-par',
      projectId,
      accessKey: { value: 'SCW0EXAMPLE0ACCESS00' },
      secretKey: { secretRef },
    },
    scope: { kind: 'SecretStore', name: 'scaleway', namespace: 'team' } as const,
    kube: memoryKube({ 'team/scaleway': { secret: `${secretKey}\n` } }, 'no token is asked for'),
  });
  const write = async (key: string, value: string | Uint8Array) => void fake.put(called(key), value);
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    nameOf: (key) => `name:${called(key)}`,
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    async remove(key) {
      const index = fake.secrets.findIndex(({ name }) => name === called(key));
      if (index >= 0) fake.secrets.splice(index, 1);
    },
    plain: { holds: 'bytes', write },
    versions: async (key, jsons) => {
      for (const json of jsons) await write(key, json);
      return jsons.map((_, index) => String(index + 1));
    },
    finds: { nameOf: called },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'whole', 'property'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PUT|PATCH|DELETE) /),
    },
    credentials: () => [secretKey],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
