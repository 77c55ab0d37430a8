import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import type { StoreHandle } from '../../../providers/backends.ts';
import { createBackends } from '../../../providers/create-backends.ts';
import { ProviderError } from '../../../providers/kit/errors.ts';
import type { Provider, Push, SecretsClient } from '../../../providers/kit/provider.ts';
import { silentObserver } from '../../../providers/observer.ts';

const store: StoreHandle = {
  kind: 'SecretStore',
  namespace: 'team',
  name: 's',
  uid: 'u',
  generation: 1,
  provider: { test: {} },
};

/** Backends over one client; what they count is kept as `operation outcome`. */
function backendsOver(methods: Partial<SecretsClient>, more: Partial<Provider> = {}) {
  const client: SecretsClient = {
    read: () => Promise.reject(new ProviderError('NotFound')),
    check: async () => 'ready',
    close: async () => {},
    ...methods,
  };
  const provider: Provider = {
    name: 'test',
    label: () => 'Test',
    spec: Type.Object({}),
    capabilities: 'ReadWrite',
    maintenance: 'Maintained',
    validate: () => [],
    references: () => [],
    connect: async () => client,
    ...more,
  };
  const counted: string[] = [];
  const backends = createBackends({
    providers: new Map([['test', provider]]),
    kube: {
      secret: async () => undefined,
      configMap: async () => undefined,
      serviceAccount: async () => undefined,
      serviceAccountToken: async () => undefined,
    },
    observer: {
      ...silentObserver,
      read: (_label, _store, outcome) => counted.push(`read ${outcome}`),
      write: (_label, _store, outcome) => counted.push(`write ${outcome}`),
    },
    now: Date.now,
    coalesceWindowMs: 60_000,
  });
  return { backends, counted };
}

const never = new AbortController().signal;
const pushed = (text: string, remoteKey = 'k'): Push => ({
  remoteKey,
  secretKey: 'v',
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from(text)]]), type: '', labels: {}, annotations: {} },
});

/** A backend with one value per key, whose writes read before they write. */
function memory() {
  const values = new Map([['k', 'old']]);
  let writing = 0;
  const setup = backendsOver({
    async read({ key }) {
      const value = values.get(key) ?? '';
      return { size: 1, value: () => Buffer.from(value), map: () => new Map() };
    },
    async push({ remoteKey, source }) {
      assert.equal(writing++, 0, 'two writes of one key at once');
      const before = values.get(remoteKey) ?? '';
      await Promise.resolve();
      values.set(remoteKey, before + String(source.data.get('v')));
      writing--;
      return 'written';
    },
    delete: async ({ remoteKey }) => (values.delete(remoteKey) ? 'deleted' : 'absent'),
    exists: async ({ remoteKey }) => values.has(remoteKey),
  });
  const read = async () => {
    const options = { maxAgeMs: 60_000, priority: 'refresh', signal: never } as const;
    return String(Buffer.from((await setup.backends.read(store, 'team', { key: 'k' }, options)).value()));
  };
  return { ...setup, values, read };
}

test('pushes of one key follow one another, so that none undoes another', async () => {
  const { backends, values } = memory();
  await Promise.all(['1', '2', '3'].map((text) => backends.push(store, 'team', pushed(text), never)));
  assert.equal(values.get('k'), 'old123');
});

test('whoever reads after a write reads what was written', async () => {
  const { backends, read } = memory();
  assert.equal(await read(), 'old');
  await backends.push(store, 'team', pushed('+'), never);
  assert.equal(await read(), 'old+');
  assert.equal(await backends.delete(store, 'team', { remoteKey: 'k' }, never), 'deleted');
  assert.equal(await read(), '');
  assert.equal(await backends.exists(store, 'team', { remoteKey: 'k' }, never), false);
});

test('what writes nothing leaves what was read as it is', async () => {
  let reads = 0;
  const { backends } = backendsOver({
    async read() {
      reads++;
      return { size: 1, value: () => new Uint8Array(), map: () => new Map() };
    },
    push: async () => 'unchanged',
    delete: async () => 'unmanaged',
    exists: async () => true,
  });
  const options = { maxAgeMs: 60_000, priority: 'refresh', signal: never } as const;
  await backends.read(store, 'team', { key: 'k' }, options);
  await backends.push(store, 'team', pushed('1'), never);
  await backends.delete(store, 'team', { remoteKey: 'k' }, never);
  await backends.exists(store, 'team', { remoteKey: 'k' }, never);
  await backends.read(store, 'team', { key: 'k' }, options);
  assert.equal(reads, 1);
});

test('writes are counted as writes', async () => {
  const { backends, counted, read } = memory();
  await read();
  await backends.push(store, 'team', pushed('1'), never);
  assert.deepEqual(counted, ['read Success', 'write Success']);
});

test('a write that has begun goes on when its caller gives up, and a failed one makes readers read anew', async () => {
  const gate = Promise.withResolvers<void>();
  let reads = 0;
  let writes = 0;
  const { backends } = backendsOver({
    async read() {
      reads++;
      return { size: 1, value: () => new Uint8Array(), map: () => new Map() };
    },
    async push() {
      writes++;
      await gate.promise;
      throw new ProviderError('Unavailable');
    },
  });
  const options = { maxAgeMs: 60_000, priority: 'refresh', signal: never } as const;
  await backends.read(store, 'team', { key: 'k' }, options);
  const caller = new AbortController();
  const abandoned = backends.push(store, 'team', pushed('1'), caller.signal);
  await new Promise(setImmediate);
  caller.abort();
  await assert.rejects(abandoned, { code: 'Timeout' });
  const waiting = new AbortController();
  const neverBegun = backends.push(store, 'team', pushed('0'), waiting.signal);
  waiting.abort();
  await assert.rejects(neverBegun, { code: 'Timeout' });
  const second = backends.push(store, 'team', pushed('2'), never);
  gate.resolve();
  await assert.rejects(second, { code: 'Unavailable' });
  await backends.read(store, 'team', { key: 'k' }, options);
  assert.equal(reads, 2);
  assert.equal(writes, 2, 'what nobody waits for any more is not begun');
});

test('reads of one key are shared whatever their properties, unless requests depend on them', async () => {
  for (const readsProperties of [undefined, true] as const) {
    let reads = 0;
    const { backends } = backendsOver(
      {
        async read() {
          reads++;
          return { size: 1, value: () => new Uint8Array(), map: () => new Map() };
        },
      },
      readsProperties === undefined ? {} : { readsProperties },
    );
    const options = { maxAgeMs: 60_000, priority: 'refresh', signal: never } as const;
    for (const properties of [['a'], ['b'], ['b', 'a'], ['a', 'b']])
      await backends.read(store, 'team', { key: 'k', properties }, options);
    assert.equal(reads, readsProperties === true ? 3 : 1);
  }
});

test('a provider that only reads says so', async () => {
  const { backends } = backendsOver({});
  const target = { remoteKey: 'k' };
  await assert.rejects(backends.push(store, 'team', pushed('1'), never), { code: 'Unsupported' });
  await assert.rejects(backends.delete(store, 'team', target, never), { code: 'Unsupported' });
  await assert.rejects(backends.exists(store, 'team', target, never), { code: 'Unsupported' });
});
