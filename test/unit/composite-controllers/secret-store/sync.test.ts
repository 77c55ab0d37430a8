import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import type { Settings } from '../../../../composite-controllers/lib/ports.ts';
import { createStoreController } from '../../../../composite-controllers/secret-store/sync.ts';
import type { StoreKind } from '../../../../composite-controllers/secret-store/view.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { registry } from '../../../../providers/registry.ts';
import { type Mod, meta, request, settings, spec, startOfTests, store } from '../../../support/builders.ts';

type Health = 'ready' | 'unknown' | 'skipped' | ProviderError;

/** One SecretStore that has never been looked at, and its backend; `pass` is one sync call, whose status is written. */
function setup(...mods: Mod<KubeObject>[]) {
  return setupOf('SecretStore', settings, mods);
}

function setupOf(kind: StoreKind, chosen: Settings, mods: readonly Mod<KubeObject>[]) {
  const world = {
    now: startOfTests,
    health: 'ready' as Health,
    breaker: 'closed' as 'closed' | 'open',
    checks: 0,
    events: [] as string[],
    store: store((object) => delete object.status, ...mods),
  };
  const unused = () => Promise.reject(new Error('a store reads nothing'));
  const controller = createStoreController(kind, {
    now: () => world.now,
    providers: registry,
    backends: {
      read: unused,
      find: unused,
      push: unused,
      delete: unused,
      exists: unused,
      async check() {
        world.checks++;
        if (world.health instanceof ProviderError) throw world.health;
        return world.health;
      },
      health: () => ({ breaker: world.breaker }),
      close: async () => {},
    },
    events: {
      record: (_object, type, reason, message) => void world.events.push(`${type} ${reason}: ${message}`),
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    settings: chosen,
  });
  const pass = async () => {
    const outcome = await controller.sync(request(world.store), { signal: new AbortController().signal });
    assert(outcome.kind === 'answer');
    world.store.status = structuredClone(outcome.response.status);
    return outcome.response;
  };
  const ready = () => {
    const { conditions = [] } = (world.store.status ?? {}) as {
      conditions?: { status: string; reason: string; message: string }[];
    };
    const [{ status, reason, message } = {}] = conditions;
    return { status, reason, message };
  };
  const capabilities = () => (world.store.status as { capabilities?: string }).capabilities;
  return { world, pass, ready, capabilities };
}

const quiet = meta({ annotations: { 'external-secrets.io/ignore-maintenance-checks': '' } });

test('a store that is too busy to be asked stays what it is, and is asked soon', async () => {
  const { world, pass, ready } = setup(quiet);
  await pass();
  world.now += 24 * 3_600_000;
  for (const code of ['Busy', 'RateLimited'] as const) {
    world.health = new ProviderError(code, { retryAfter: 7 });
    const { resyncAfterSeconds } = await pass();
    assert.equal(resyncAfterSeconds, 5);
    assert.equal(ready().status, 'True');
  }
  assert.equal(world.checks, 3, 'each pass asks');
  world.health = new ProviderError('Denied');
  await pass();
  assert.equal(ready().status, 'False');
});

test('a store that works is Valid and shows what it can do', async () => {
  for (const health of ['ready', 'skipped'] as const) {
    const { world, pass, ready, capabilities } = setup(quiet);
    world.health = health;
    await pass();
    assert.deepEqual(ready(), { status: 'True', reason: 'Valid', message: 'store validated' });
    assert.equal(capabilities(), registry.get('fake')!.capabilities);
    assert.deepEqual(world.events, ['Normal Valid: store validated']);
  }
});

test('a store whose validation comes to nothing is used, and shows no capabilities', async () => {
  const { world, pass, ready, capabilities } = setup();
  world.health = 'unknown';
  await pass();
  assert.deepEqual(ready(), {
    status: 'True',
    reason: 'ValidationUnknown',
    message: 'could not determine validation status',
  });
  assert.equal(capabilities(), undefined);
});

test('what keeps a store from working is said in the words of ESO, with the cause behind them', async () => {
  const rows: [error: ProviderError, message: RegExp][] = [
    [new ProviderError('LoginFailed', { status: 403 }), /^unable to create client: .*HTTP 403.* To do: /],
    [new ProviderError('CredentialMissing', { what: 'Secret a/b' }), /^unable to create client: .*a\/b/],
    [new ProviderError('Unavailable', { status: 503 }), /^unable to validate store: .*HTTP 503/],
    [new ProviderError('Unsupported', { what: 'auth.x' }), /^unable to create client: .*auth\.x/],
  ];
  for (const [error, message] of rows) {
    const { world, pass, ready } = setup();
    world.health = error;
    await pass();
    assert.deepEqual([ready().status, ready().reason], ['False', 'InvalidProviderConfig']);
    assert.match(ready().message ?? '', message);
    assert.match(world.events.join(), /^Warning InvalidProviderConfig: unable/);
  }
});

test('a specification that contradicts itself is refused without a call', async () => {
  const rows: [fields: object, message: RegExp][] = [
    [{ provider: {} }, /must only have exactly one backend specified, found 0/],
    [{ provider: { fake: { data: [] }, vault: {} } }, /exactly one backend specified, found 2/],
    [{ provider: { volcengine: {} } }, /the provider volcengine is not built yet/],
    [{ provider: { fake: { data: [{ key: '', value: 'x' }] } } }, /spec\.provider\.fake.*data/],
    [{ refreshInterval: '300' }, /spec\.refreshInterval: invalid refreshInterval "300"/],
    [
      { conditions: [{}, { namespaceRegexes: ['ok', '('] }] },
      /failed to compile 1th namespace regex in 1th condition/,
    ],
  ];
  for (const [fields, message] of rows) {
    const { world, pass, ready } = setup(spec(fields));
    await pass();
    assert.equal(ready().status, 'False');
    assert.match(ready().message ?? '', message);
    assert.equal(world.checks, 0);
  }
});

test('a store of another class keeps an empty status, and one that goes keeps its own', async () => {
  for (const mod of [spec({ controller: 'other' }), meta({ deletionTimestamp: '2026-03-01T10:00:00Z' })]) {
    const { world, pass } = setup(mod);
    assert.deepEqual((await pass()).status, {});
    assert.equal(world.checks, 0);
  }
});

test('ClusterSecretStores that are turned off keep an empty status, and SecretStores go on', async () => {
  const off = { ...settings, clusterStores: 'off' } as const;
  const cluster = setupOf('ClusterSecretStore', off, [(object) => (object.kind = 'ClusterSecretStore')]);
  assert.deepEqual((await cluster.pass()).status, {});
  assert.equal(cluster.world.checks, 0);
  const own = setupOf('SecretStore', off, []);
  await own.pass();
  assert.equal(own.ready().status, 'True');
});

test('a store of our class by name is ours', async () => {
  const { pass, ready } = setup(spec({ controller: 'default' }));
  await pass();
  assert.equal(ready().status, 'True');
});

test('a healthy store is validated anew after its refreshInterval, a broken one every 30 s, both after a change', async () => {
  const { world, pass, ready } = setup(spec({ refreshInterval: 600 }));
  await pass();
  const before = JSON.stringify(world.store.status);
  world.now += 590_000;
  await pass();
  assert.equal(world.checks, 1);
  world.now += 10_000;
  world.health = new ProviderError('Unavailable');
  await pass();
  assert.equal(world.checks, 2);
  assert.notEqual(JSON.stringify(world.store.status), before);
  world.now += 29_000;
  await pass();
  assert.equal(world.checks, 2);
  world.now += 1_000;
  world.health = 'ready';
  await pass();
  assert.equal(ready().status, 'True');
  meta({ generation: 2 })(world.store);
  await pass();
  assert.equal(world.checks, 4);
});

test('a store whose breaker has opened meanwhile is looked at as often as it is probed', async () => {
  const { world, pass } = setup();
  await pass();
  world.breaker = 'open';
  world.now += 30_000;
  await pass();
  assert.equal(world.checks, 2);
});

test('a validation that finds nothing new leaves the status to the letter, and makes no event', async () => {
  const { world, pass } = setup(quiet);
  await pass();
  const before = world.store.status;
  world.now += settings.storeRequeueMs;
  await pass();
  assert.equal(world.checks, 2);
  assert.deepEqual(world.store.status, before);
  assert.equal(world.events.length, 1);
});

test('a provider that nobody maintains is told about, unless the store says that this is known', async () => {
  const loud = setup();
  await loud.pass();
  assert.deepEqual(loud.world.events, [
    'Normal Valid: store validated',
    "Warning StoreUnmaintained: store isn't currently maintained. Please plan and prepare accordingly.",
  ]);
  const silent = setup(quiet);
  await silent.pass();
  assert.equal(silent.world.events.length, 1);
});
