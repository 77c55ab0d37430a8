import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** The provider is its own backend: the values stand in the store. */
export const harnesses: readonly Harness[] = [
  { name: 'fake (itself)', provider: 'fake', dialect: 'as-given', network: 'none', start },
];

async function start(): Promise<Backend> {
  const data: { key: string; value: string; version?: string }[] = [];
  return {
    values: 'store',
    identities: 'none',
    emptyObjects: 'kept',
    store: () => ({
      spec: { data: [...data] },
      scope: { kind: 'SecretStore', name: 'fake', namespace: 'team' },
      kube: memoryKube({}, 'no token is asked for'),
    }),
    async seed(secrets) {
      for (const { key, json } of secrets) data.push({ key, value: json });
    },
    async versions(key, jsons) {
      jsons.forEach((value, index) => {
        data.push({ key, value, version: `v${index}` });
      });
      return jsons.map((_, index) => `v${index}`);
    },
    finds: { nameOf: (key) => key.replaceAll('/', '_') },
    pushes: {
      kinds: ['key', 'whole', 'property'],
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'property',
    },
    credentials: () => [],
    async stop() {},
  };
}
