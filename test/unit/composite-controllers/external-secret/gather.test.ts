import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from '../../../../composite-controllers/external-secret/gather.ts';
import { createMemory, type Memory } from '../../../../composite-controllers/external-secret/memory.ts';
import { refreshId } from '../../../../composite-controllers/external-secret/refresh.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import type { KubeObject, SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import {
  appliedFields,
  childSecret,
  externalSecret,
  type Mod,
  meta,
  request,
  spec,
  startOfTests,
  status,
  syncedAt,
} from '../../../support/builders.ts';

/** As Metacontroller applies it: its entry owns the label by which it knows the child. */
const applied = (secret: SecretObject) => {
  secret.metadata.managedFields = [appliedFields(secret)];
};

/** One gathering: what Metacontroller shows, what there is, and what came out of it. */
async function gathered({
  memory = createMemory(),
  parent = externalSecret(),
  shown = [],
  live = [],
  now = startOfTests,
}: {
  memory?: Memory;
  parent?: KubeObject;
  shown?: readonly SecretObject[];
  live?: readonly SecretObject[];
  now?: number;
}) {
  const asked: string[] = [];
  const result = await gather(readWorld(request(parent, { children: [...shown] }), now), memory, {
    async get(_namespace, name) {
      asked.push(name);
      return live.find(({ metadata }) => metadata.name === name);
    },
    patch: () => Promise.reject(new Error('gathering writes nothing')),
    apply: () => Promise.reject(new Error('gathering writes nothing')),
  });
  return { result, asked, world: result.kind === 'world' ? result.world : undefined };
}

const at = (resourceVersion: string, name = 'app') =>
  childSecret({ password: 'one' }, 'r1', meta({ resourceVersion, name }));
const somebodyElses = childSecret({}, undefined, (secret) => {
  secret.metadata.ownerReferences![0]!.uid = 'another';
});

test('a Secret that this process does not follow yet is looked at, and the cache is not believed', async () => {
  const { world, asked } = await gathered({ shown: [at('200')], live: [at('201')] });
  assert.deepEqual(asked, ['app']);
  assert.equal(world?.target?.metadata.resourceVersion, '201');
});

test('a Secret that it follows costs no call', async () => {
  const memory = createMemory();
  await gathered({ memory, shown: [at('200')], live: [at('200')] });
  const { world, asked } = await gathered({ memory, shown: [at('200')], now: startOfTests + 9_000 });
  assert.deepEqual(asked, []);
  assert.equal(world?.target?.metadata.resourceVersion, '200');
});

test('after a while without a call about it, another replica may have moved it on', async () => {
  const memory = createMemory();
  await gathered({ memory, shown: [at('200')], live: [at('200')] });
  const later = await gathered({ memory, shown: [at('200')], live: [at('300')], now: startOfTests + 10_000 });
  assert.equal(later.world?.target?.metadata.resourceVersion, '300');
});

test('a cache that shows less than is known is waited for', async () => {
  const memory = createMemory();
  await gathered({ memory, shown: [at('200')], live: [at('200')] });
  assert.equal((await gathered({ memory, shown: [at('199')], live: [at('200')] })).result.kind, 'stale');
  const parent = externalSecret(meta({ resourceVersion: '99' }));
  assert.equal(
    (await gathered({ memory, parent, shown: [at('200')], live: [at('200')] })).result.kind,
    'stale',
  );
});

test('nor is an ExternalSecret believed that is older than known, although its old target is gone', async () => {
  const memory = createMemory();
  const renamed = externalSecret(spec({ target: { name: 'renamed' } }), meta({ resourceVersion: '102' }));
  await gathered({ memory, parent: renamed, shown: [at('200', 'renamed')], live: [at('200', 'renamed')] });
  assert.equal((await gathered({ memory, shown: [at('150')] })).result.kind, 'stale');
});

test('an API server that was restored from an older state is believed at once', async () => {
  const memory = createMemory();
  await gathered({ memory, shown: [at('200')], live: [at('200')] });
  const { world } = await gathered({ memory, shown: [at('150')], live: [at('150')] });
  assert.equal(world?.target?.metadata.resourceVersion, '150');
});

test('a cache is not waited for for ever', async () => {
  const memory = createMemory();
  const look = (now: number) => gathered({ memory, shown: [at('199')], live: [at('200')], now });
  await gathered({ memory, shown: [at('200')], live: [at('200')] });
  assert.equal((await look(startOfTests + 1_000)).result.kind, 'stale');
  assert.equal((await look(startOfTests + 302_000)).world?.target?.metadata.resourceVersion, '200');
});

test('a child that has become somebody else’s is neither stated nor left out', async () => {
  assert.equal((await gathered({ shown: [at('200')], live: [somebodyElses] })).result.kind, 'stale');
  const renamed = externalSecret(spec({ target: { name: 'renamed' } }));
  const left = await gathered({ parent: renamed, shown: [at('200')], live: [somebodyElses] });
  assert.equal(left.result.kind, 'stale');
});

test('a Secret of somebody else that is not observed is no target', async () => {
  assert.equal((await gathered({ live: [somebodyElses] })).world?.target, undefined);
});

test('what a rename left behind, and is gone by now, does not come back from a cache', async () => {
  const parent = externalSecret(spec({ target: { name: 'renamed' } }));
  const shown = [at('200'), at('201', 'renamed')];
  const { world } = await gathered({ parent, shown, live: [at('201', 'renamed')] });
  assert.deepEqual(world?.others, []);
});

test('nor does a target that somebody has deleted meanwhile, however often the cache shows it', async () => {
  const memory = createMemory();
  for (let i = 0; i < 3; i++)
    assert.equal((await gathered({ memory, shown: [at('200')] })).world?.target, undefined);
});

test('nor does a Secret that deletionPolicy has deleted', async () => {
  const memory = createMemory();
  await gathered({ memory });
  const parent = externalSecret(syncedAt(startOfTests, 'none'));
  assert.equal((await gathered({ memory, parent, shown: [at('200')] })).world?.target, undefined);
});

test('a status whose write was lost or is not shown yet counts, until another one is shown', async () => {
  const memory = createMemory();
  const { world } = await gathered({ memory });
  memory.answer(world!, { refreshId: 'r1' });
  assert.equal((await gathered({ memory })).world?.status.refreshId, 'r1');
  const edited = externalSecret(meta({ resourceVersion: '101', generation: 2 }));
  assert.equal((await gathered({ memory, parent: edited })).world?.status.refreshId, 'r1');
  const newer = externalSecret(meta({ resourceVersion: '102' }), status({ refreshId: 'r0' }));
  assert.equal((await gathered({ memory, parent: newer })).world?.status.refreshId, 'r0');
});

test('an ExternalSecret that is older than the spec of its Secret is not acted on', async () => {
  const current = externalSecret(meta({ generation: 2 }));
  const id = refreshId(readWorld(request(current), startOfTests));
  const made = (name: string, ...mods: Mod<SecretObject>[]) =>
    childSecret({ password: 'one' }, id, meta({ name }), applied, ...mods);
  const older = externalSecret(meta({ generation: 1 }));
  assert.equal((await gathered({ parent: older, live: [made('app')] })).result.kind, 'stale');
  const renamed = { shown: [made('renamed')], live: [made('renamed')] };
  assert.equal((await gathered({ parent: older, ...renamed })).result.kind, 'stale', 'whatever its name');

  assert.equal((await gathered({ parent: current, live: [made('app')] })).result.kind, 'world');
  const forged = made('app', (secret) => (secret.metadata.managedFields = []));
  assert.equal(
    (await gathered({ parent: older, live: [forged] })).result.kind,
    'world',
    'somebody else’s word',
  );
});

test('a child that Metacontroller has let go of, for want of its label, is still ours', async () => {
  const released = childSecret({ password: 'one' }, 'r1', (secret) => delete secret.metadata.ownerReferences);
  assert.equal((await gathered({ live: [released] })).world?.target, released);
  delete released.metadata.labels;
  assert.equal((await gathered({ live: [released] })).world?.target, undefined);
});

test('a broken spec is refused without asking for the Secret that it names', async () => {
  const parent = externalSecret(spec({ target: { name: 'Not A Name' } }));
  assert.deepEqual((await gathered({ parent })).asked, []);
});
