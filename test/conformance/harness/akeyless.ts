import { randomUUID } from 'node:crypto';
import { startFakeAkeyless } from '../../fakes/akeyless.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

/** Static secrets of one account. */
export const harnesses: readonly Harness[] = [
  { name: 'akeyless (access key, loopback)', provider: 'akeyless', dialect: 'escaped-first', start },
];

const everybody: readonly Who[] = ['reader', 'left', 'right', 'stranger', 'writer'];
const nameOf = (key: string) => `/${key}`;

async function start(): Promise<Backend> {
  const fake = await startFakeAkeyless();
  const proxy = await startRecordingProxy(fake.url);
  const keys = Object.fromEntries(everybody.map((who) => [who, randomUUID()]));
  const admit = (who: Who, reads: string, more: { writes?: true } = {}) =>
    fake.accesses.set(who, { reads, ...more, accepts: (body) => body['access-key'] === keys[who] });
  admit('reader', '/');
  admit('left', '/left/');
  admit('right', '/right/');
  admit('writer', '/', { writes: true });
  const secrets = everybody.map(
    (who) => [`team/${who}`, { id: who, type: 'api_key', key: `${keys[who]}\n` }] as const,
  );
  const store = (who: Who, akeylessGWApiURL = proxy.url) => ({
    spec: {
      akeylessGWApiURL,
      authSecretRef: {
        secretRef: {
          accessID: { name: who, key: 'id' },
          accessType: { name: who, key: 'type' },
          accessTypeParam: { name: who, key: 'key' },
        },
      },
    },
    scope: { kind: 'SecretStore', name: 'akeyless', namespace: 'team' } as const,
    kube: memoryKube(Object.fromEntries(secrets), 'no token is asked for'),
  });
  const write = async (key: string, ...values: (string | Uint8Array)[]) =>
    void fake.items.set(nameOf(key), { type: 'STATIC_SECRET', values: values.map(String), tags: [] });
  return {
    values: 'own',
    identities: 'several',
    absence: 'hidden',
    emptyObjects: 'kept',
    nameOf,
    store: (who) => store(who),
    async seed(seeds) {
      for (const { key, json } of seeds) await write(key, json);
    },
    remove: async (key) => void fake.items.delete(nameOf(key)),
    plain: { holds: 'text', write },
    async versions(key, jsons) {
      await write(key, ...jsons);
      return jsons.map((_, index) => String(index + 1));
    },
    finds: { path: true, nameOf },
    logins: { count: () => fake.given.length, expire: async () => fake.tokens.clear() },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/(describe-item|get-secret-value|list-items)/, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'property', 'whole'],
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/\/(create-secret|update-secret-val|delete-item)/),
    },
    credentials: () => [...Object.values(keys), ...fake.given],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
