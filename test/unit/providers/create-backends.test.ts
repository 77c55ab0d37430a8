import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Type } from 'typebox';
import type { StoreHandle } from '../../../providers/backends.ts';
import { createBackends } from '../../../providers/create-backends.ts';
import { ProviderError, type ProviderErrorCode } from '../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../providers/kit/kube.ts';
import type { Provider, Reference, SecretMap } from '../../../providers/kit/provider.ts';
import type { RateLimit } from '../../../providers/kit/rate-limit.ts';
import type { Retry } from '../../../providers/kit/retry.ts';
import { silentObserver } from '../../../providers/observer.ts';

/** A backend in memory: it answers who asked, or fails as it is told to. */
function setup(
  t: TestContext,
  options: {
    references?: Reference[];
    perConsumer?: boolean;
    coalesceWindowMs?: number;
    rateLimits?: readonly RateLimit[];
  } = {},
) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const state = {
    connects: 0,
    reads: 0,
    closed: 0,
    failWith: undefined as ProviderErrorCode | undefined,
    hang: false,
    finds: [] as ReturnType<typeof Promise.withResolvers<SecretMap>>[],
    secretVersion: '1',
    retry: undefined as Retry | undefined,
    limited: [] as string[],
  };
  const provider: Provider = {
    name: 'test',
    label: () => 'Test',
    spec: Type.Object({}),
    capabilities: 'ReadOnly',
    maintenance: 'Maintained',
    validate: () => [],
    references: () => options.references ?? [],
    perConsumer: () => options.perConsumer === true,
    rateLimits: () => options.rateLimits ?? [],
    async connect(_spec, scope, { credentials, retry, paceCall }) {
      state.connects++;
      state.retry = retry;
      const token = Buffer.from(
        await credentials.secret({ name: 'creds', namespace: 'infra', key: 'token' }),
      ).toString();
      return {
        async read(ref) {
          await paceCall?.('Read');
          state.reads++;
          if (state.hang) await new Promise(() => {});
          if (state.failWith !== undefined) throw new ProviderError(state.failWith);
          const text = `${ref.key} as ${scope.namespace ?? 'itself'} with ${token}`;
          return { size: text.length, value: () => Buffer.from(text), map: () => new Map() };
        },
        find() {
          const finding = Promise.withResolvers<SecretMap>();
          state.finds.push(finding);
          return finding.promise;
        },
        check: async () => 'ready' as const,
        close: async () => void state.closed++,
      };
    },
  };
  const kube: KubeReader = {
    secret: async (namespace) => ({
      uid: 'u',
      resourceVersion: state.secretVersion,
      data: new Map([['token', Buffer.from(`${namespace}-token-${state.secretVersion}`)]]),
    }),
    configMap: async () => undefined,
    serviceAccount: async () => undefined,
    serviceAccountToken: async () => undefined,
  };
  const backends = createBackends({
    providers: new Map([['test', provider]]),
    kube,
    observer: { ...silentObserver, limited: (_, turn) => void state.limited.push(turn) },
    now: Date.now,
    coalesceWindowMs: options.coalesceWindowMs ?? 0,
  });
  const read = async (
    store: StoreHandle,
    consumer: string,
    key = 'k',
    signal = new AbortController().signal,
  ) => {
    const secret = await backends.read(
      store,
      consumer,
      { key },
      { maxAgeMs: 0, priority: 'refresh', signal },
    );
    return Buffer.from(secret.value()).toString();
  };
  return { state, backends, read, tick: (ms: number) => t.mock.timers.setTime(Date.now() + ms) };
}

const shared: StoreHandle = {
  kind: 'ClusterSecretStore',
  name: 's',
  uid: 'c1',
  generation: 1,
  provider: { test: {} },
};
const own = (namespace: string): StoreHandle => ({
  ...shared,
  kind: 'SecretStore',
  namespace,
  uid: `o-${namespace}`,
});

test('namespaces share a connection only when their credentials are the same', async (t) => {
  const fixed = setup(t);
  await fixed.read(shared, 'team-a');
  await fixed.read(shared, 'team-b');
  assert.equal(fixed.state.connects, 1);
});

test("a provider is told the store's retrySettings", async (t) => {
  const { read, state } = setup(t);
  const retry = { maxRetries: 3, intervalMs: 500 };
  await read({ ...shared, retry }, 'team-a');
  assert.deepEqual(state.retry, retry);
});

test('referent credentials give every namespace its own identity', async (t) => {
  const { read, state } = setup(t, { references: [{ kind: 'Secret', name: 'creds', path: '.auth' }] });
  assert.match(await read(shared, 'team-a'), /as team-a/);
  assert.match(await read(shared, 'team-b'), /as team-b/);
  assert.match(await read(shared, 'team-a'), /as team-a/);
  assert.equal(state.connects, 2);
});

test('a provider whose sessions name the consumer gives every namespace its own, and checks the store without one', async (t) => {
  const { read, state, backends } = setup(t, { perConsumer: true });
  assert.match(await read(shared, 'team-a'), /as team-a/);
  assert.match(await read(shared, 'team-b'), /as team-b/);
  assert.equal(await backends.check(shared, new AbortController().signal), 'ready');
  assert.equal(state.connects, 3);
});

test("a SecretStore's credentials are its own namespace's, whatever the selector says", async (t) => {
  const { read } = setup(t);
  assert.match(await read(own('team-a'), 'team-a'), /with team-a-token/);
});

test('a rotated credential is picked up within a minute, without a restart', async (t) => {
  const { read, state, tick } = setup(t);
  await read(shared, 'team-a');
  state.secretVersion = '2';
  tick(59_000);
  assert.match(await read(shared, 'team-a'), /token-1/);
  tick(2_000);
  assert.match(await read(shared, 'team-a'), /token-2/);
  assert.equal(state.closed, 1, 'the old client is closed');
});

test('a refusal makes the credentials be looked at, and the read be made once more when they had changed', async (t) => {
  const { read, state, tick } = setup(t);
  await read(shared, 'team-a');
  state.secretVersion = '2';
  state.failWith = 'Denied';
  tick(6_000);
  await assert.rejects(read(shared, 'team-a'), { code: 'Denied' });
  assert.equal(state.reads, 3);
  assert.equal(state.connects, 2);
});

test('an edited store gets a connection of its own', async (t) => {
  const { read, state } = setup(t);
  await read(shared, 'team-a');
  await read({ ...shared, generation: 2 }, 'team-a');
  assert.equal(state.connects, 2);
  assert.equal(state.closed, 1);
});

test('a dead store costs one call per 30 s, says what is wrong, and recovers by itself', async (t) => {
  const { read, state, backends, tick } = setup(t);
  state.failWith = 'Unavailable';
  for (let i = 0; i < 10; i++) await assert.rejects(read(shared, 'team-a'), { code: 'Unavailable' });
  assert.equal(state.reads, 3);
  assert.equal(backends.health(shared).breaker, 'open');
  await assert.rejects(read(shared, 'team-a'), /probed every 30 s/);
  tick(30_001);
  await assert.rejects(read(shared, 'team-a'), { code: 'Unavailable' });
  await assert.rejects(read(shared, 'team-a'), { code: 'Unavailable' });
  assert.equal(state.reads, 4);
  state.failWith = undefined;
  tick(30_001);
  await read(shared, 'team-a');
  assert.equal(backends.health(shared).breaker, 'closed');
});

test('a missing or refused key says nothing about the store', async (t) => {
  const { read, state, backends, tick } = setup(t);
  for (const code of ['NotFound', 'Denied', 'PropertyMissing'] as const) {
    state.failWith = code;
    tick(1);
    for (let i = 0; i < 5; i++) await assert.rejects(read(shared, 'team-a'), { code });
  }
  assert.equal(backends.health(shared).breaker, 'closed');
});

test('a caller that gives up gets an answer at once, and the read goes on for the next', async (t) => {
  const { read, state } = setup(t);
  state.hang = true;
  const caller = new AbortController();
  const asked = read(shared, 'team-a', 'k', caller.signal);
  setImmediate(() => caller.abort());
  await assert.rejects(asked, { code: 'Timeout' });
});

test('a find goes on without its caller, who is told so and takes the answer later', async (t) => {
  const { backends, state } = setup(t, { coalesceWindowMs: 10_000 });
  const find = (signal: AbortSignal) =>
    backends.find(shared, 'team-a', { name: 'x' }, { maxAgeMs: 60_000, priority: 'refresh', signal });
  const caller = new AbortController();
  const asked = find(caller.signal);
  setImmediate(() => caller.abort());
  await assert.rejects(asked, { code: 'UnderWay' });
  const again = find(new AbortController().signal);
  state.finds[0]!.resolve(new Map([['x', Buffer.from('1')]]));
  assert.deepEqual([...(await again).keys()], ['x']);
  assert.deepEqual([...(await find(new AbortController().signal)).keys()], ['x']);
  assert.equal(state.finds.length, 1);
});

test('a read that its store lets repeat is waited for beyond the call, not failed', async (t) => {
  const { read, state } = setup(t);
  state.hang = true;
  const patient = { ...shared, retry: { maxRetries: 2, intervalMs: 10_000 } };
  const asked = (store: StoreHandle) => {
    const caller = new AbortController();
    setImmediate(() => caller.abort());
    return read(store, 'team-a', 'k', caller.signal);
  };
  await assert.rejects(asked(patient), { code: 'UnderWay' });
  await assert.rejects(asked(own('team-a')), { code: 'Timeout' });
});

test('a store without credentials of its own is not tried while it validates itself', async (t) => {
  const { backends, state } = setup(t, { references: [{ kind: 'Secret', name: 'creds', path: '.auth' }] });
  assert.equal(await backends.check(shared, new AbortController().signal), 'skipped');
  assert.equal(state.connects, 0);
});

test("a vendor's limit is kept for all stores of its identity, and is no outage: the breaker stays closed", async (t) => {
  const { read, state } = setup(t, {
    references: [{ kind: 'Secret', name: 'creds', path: '.auth' }],
    rateLimits: [{ calls: 10, seconds: 3_600, burst: 3 }],
  });
  const [one, other] = [own('team-a'), { ...own('team-a'), name: 'other', uid: 'other' }];
  await read(one, 'team-a', 'k1');
  await read(other, 'team-a', 'k2');
  await read(one, 'team-a', 'k3');
  for (let attempt = 0; attempt < 5; attempt++)
    await assert.rejects(read(other, 'team-a', `late-${attempt}`), { code: 'RateLimited' });
  assert.equal(state.reads, 3);
  assert.deepEqual(state.limited, Array(5).fill('refused'));
  await read(own('team-b'), 'team-b', 'of another identity');
});

test('an unknown provider and a second provider are told apart', async (t) => {
  const { read } = setup(t);
  await assert.rejects(read({ ...shared, provider: { other: {} } }, 'a'), { code: 'Unsupported' });
  await assert.rejects(read({ ...shared, provider: { test: {}, other: {} } }, 'a'), {
    code: 'Misconfigured',
  });
});
