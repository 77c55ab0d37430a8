import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Type } from 'typebox';
import type { StoreHandle } from '../../../providers/backends.ts';
import { createBackends } from '../../../providers/create-backends.ts';
import type { KubeReader } from '../../../providers/kit/kube.ts';
import type { Provider } from '../../../providers/kit/provider.ts';
import { silentObserver } from '../../../providers/observer.ts';

/** A backend that answers each identity with values of its own, sometimes at once, sometimes a turn or two later. */
function provider(): { provider: Provider; reads: () => number } {
  let reads = 0;
  return {
    reads: () => reads,
    provider: {
      name: 'test',
      label: () => 'Test',
      spec: Type.Object({}),
      capabilities: 'ReadOnly',
      maintenance: 'Maintained',
      validate: () => [],
      references: (spec) => [{ kind: 'Secret', name: 'creds', path: '', ...(spec as object) }],
      async connect(spec, scope, { credentials }) {
        const identity = Buffer.from(
          await credentials.secret({ name: 'creds', key: 'token', ...(spec as object) }),
        ).toString();
        const answer = async (key: string) => {
          for (let i = reads++ % 3; i > 0; i--) await turn();
          return Buffer.from(`${key} of ${identity} for ${scope.name}`);
        };
        return {
          async read({ key }) {
            const value = await answer(key);
            return { size: value.length, value: () => value, map: () => new Map([[key, value]]) };
          },
          find: async ({ path = '' }) => new Map([[path, await answer(path)]]),
          check: async () => 'ready' as const,
          close: async () => {},
        };
      },
    },
  };
}

/** Each namespace's credentials are its own. */
const kube: KubeReader = {
  secret: async (namespace) => ({
    uid: namespace,
    resourceVersion: '1',
    data: new Map([['token', Buffer.from(`the identity of ${namespace}`)]]),
  }),
  configMap: async () => undefined,
  serviceAccount: async () => undefined,
  serviceAccountToken: async () => undefined,
};

interface Reader {
  readonly store: StoreHandle;
  readonly consumer: string;
  readonly identity: string;
}

/** Two stores of one name, and a ClusterSecretStore that each namespace uses as itself; all of them ask for the same keys. */
const readers: readonly Reader[] = ['team-a', 'team-b'].flatMap((namespace) => [
  {
    store: {
      kind: 'SecretStore',
      name: 'store',
      namespace,
      uid: `uid-${namespace}`,
      generation: 1,
      provider: { test: {} },
    },
    consumer: namespace,
    identity: namespace,
  },
  {
    store: {
      kind: 'ClusterSecretStore',
      name: 'shared',
      uid: 'uid-c',
      generation: 1,
      provider: { test: {} },
    },
    consumer: namespace,
    identity: namespace,
  },
]);

test('100,000 interleaved reads of two identities through pool and coalescer: no value crosses', async () => {
  const total = 100_000;
  const backend = provider();
  let now = 1_000_000;
  const backends = createBackends({
    providers: new Map([['test', backend.provider]]),
    kube,
    observer: silentObserver,
    now: () => now,
    coalesceWindowMs: 10_000,
  });
  let asked = 0;
  let right = 0;
  const work = async () => {
    while (asked < total) {
      const i = asked++;
      // Time passes, so that answers are shared for a while and then read anew.
      now += 1;
      const { store, consumer, identity } = readers[(i * 7 + (i >> 4)) % readers.length]!;
      const key = `key-${(i * 13) % 11}`;
      const options = {
        maxAgeMs: i % 40,
        priority: 'refresh',
        signal: new AbortController().signal,
      } as const;
      const value =
        i % 5 === 0
          ? (await backends.find(store, consumer, { path: key }, options)).get(key)
          : (await backends.read(store, consumer, { key }, options)).value();
      const expected = `${key} of the identity of ${identity} for ${store.name}`;
      assert.equal(Buffer.from(value ?? []).toString(), expected);
      right++;
    }
  };
  // Fewer than one connection has slots: nobody is turned away.
  await Promise.all(Array.from({ length: 30 }, work));
  await backends.close();
  assert.equal(right, total);
  assert.ok(backend.reads() > total / 20, `${backend.reads()} reads: the backend was really asked`);
  assert.ok(backend.reads() < (total * 3) / 4, `${backend.reads()} reads: answers were really shared`);
});
