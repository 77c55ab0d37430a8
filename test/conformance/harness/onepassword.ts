import { randomUUID } from 'node:crypto';
import { nativeId, startFakeConnect } from '../../fakes/onepassword-connect.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

/** A Connect server with two vaults, of which the second is searched first. */
export const harnesses: readonly Harness[] = [
  { name: 'onepassword (loopback)', provider: 'onepassword', dialect: 'as-given', start },
];

const unknownToken = 'a-token-that-no-server-gave';

async function start(): Promise<Backend> {
  const fake = await startFakeConnect(randomUUID());
  const proxy = await startRecordingProxy(fake.url);
  const { items } = fake.vault('Team');
  fake.vault('Shared');
  const store = (connectHost = proxy.url, who: Who = 'reader') => ({
    spec: {
      auth: { secretRef: { connectTokenSecretRef: { name: 'connect', key: 'token' } } },
      connectHost,
      vaults: { Team: 2, Shared: 1 },
    },
    scope: { kind: 'SecretStore', name: 'onepassword', namespace: 'team' } as const,
    kube: memoryKube(
      { 'team/connect': { token: who === 'stranger' ? unknownToken : `${fake.token}\n` } },
      'no token is asked for',
    ),
  });
  const remove = async (key: string) => {
    const index = items.findIndex(({ title }) => title === key);
    if (index >= 0) items.splice(index, 1);
  };
  return {
    values: 'own',
    identities: 'none',
    knowsStrangers: true,
    tellsNothing: true,
    emptyObjects: 'refused',
    documents: 'keys',
    store: (who) => store(proxy.url, who),
    async seed(secrets) {
      for (const { key, json } of secrets) {
        await remove(key);
        // By hand: an object would lose __proto__.
        const fields = Object.entries(JSON.parse(json)).map(([label, value]) => ({
          id: nativeId(),
          label,
          type: 'CONCEALED',
          value: String(value),
        }));
        items.push({ id: nativeId(), title: key, category: 'LOGIN', fields });
      }
    },
    remove,
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/items/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['property'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PUT|DELETE) /),
    },
    credentials: () => [fake.token, unknownToken],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
