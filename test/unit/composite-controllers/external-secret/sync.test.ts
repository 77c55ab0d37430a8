import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { externalSecret, meta, spec, startOfTests } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

test('the status says synced only once the Secret has been seen', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready(), undefined);
  await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.equal(world.reads.length, 1, 'seeing it costs no read');
  const after = JSON.stringify(world.parent);
  await pass();
  assert.equal(JSON.stringify(world.parent), after, 'and then nothing moves');
  assert.deepEqual(world.events, ['Normal Created']);
});

test('a value that has not changed moves the status and not the Secret', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  const version = world.live.get('app')?.metadata.resourceVersion;
  world.now += 3_600_000;
  const before = (world.parent.status as { refreshTime: string }).refreshTime;
  await pass();
  assert.equal(world.live.get('app')?.metadata.resourceVersion, version);
  assert.notEqual((world.parent.status as { refreshTime: string }).refreshTime, before);
});

test('a refresh takes no value that was read before the last one: another replica may have written a newer one', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  await pass();
  assert.deepEqual(
    world.reads.map(({ options }) => options.notBefore),
    [undefined, startOfTests],
  );
});

test('objects older than ones already seen change nothing', async () => {
  const { world, pass } = setup(externalSecret());
  const old = structuredClone(world.parent);
  await pass();
  await pass();
  world.parent = old;
  assert.equal((await pass()).kind, 'wait');
});

test('a restart with nothing due reads nothing and moves nothing', async () => {
  const { world, pass, restart } = setup(externalSecret());
  await pass();
  await pass();
  const before = JSON.stringify([world.parent, [...world.live]]);
  restart();
  await pass();
  assert.equal(world.reads.length, 1);
  assert.equal(JSON.stringify([world.parent, [...world.live]]), before);
});

test('a changed force-sync annotation asks for a read of its own', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 1_000;
  meta({ annotations: { 'external-secrets.io/force-sync': '1' } })(world.parent);
  await pass();
  assert.equal(world.reads.at(-1)?.options.notBefore, world.now);
});

test('a Secret above 1 MiB is refused before it is sent, naming the biggest keys and no value', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.values.set('db', 'x'.repeat(1_048_577));
  await pass();
  assert.match(ready()?.message ?? '', /password \(1048577 bytes\)/);
  assert.ok((ready()?.message.length ?? 0) < 500);
});

const replaceSpec = (broken: unknown) => (object: KubeObject) => {
  object.spec = broken;
};

for (const [name, broken] of Object.entries({
  'spec missing': undefined,
  'spec a string': 'x',
  'data a string': { data: 'abc' },
  'data of nulls': { data: [null] },
  'interval a number': { refreshInterval: 5, data: [] },
  'interval nonsense': {
    secretStoreRef: { name: 'vault' },
    refreshInterval: 'soon',
    data: [{ secretKey: 'a', remoteRef: { key: 'k' } }],
  },
})) {
  test(`a malformed spec (${name}) is refused clearly and changes nothing`, async () => {
    const { world, pass, ready } = setup(externalSecret(replaceSpec(broken)));
    const outcome = await pass();
    assert.equal(outcome.kind, 'answer');
    assert.equal(ready()?.status, 'False');
    assert.equal(world.reads.length, 0);
  });
}

test('a write is told in one event, also when the next refresh is due before it was seen', async () => {
  const { world, pass } = setup(
    externalSecret(spec({ refreshInterval: '2s', target: { deletionPolicy: 'Delete' } })),
  );
  const later = async () => {
    world.events = [];
    world.now += 3_000;
    await pass();
    return world.events;
  };
  await pass();
  assert.deepEqual(await later(), ['Normal Created']);
  assert.deepEqual(await later(), []);
  world.values.set('db', 'two');
  await later();
  assert.deepEqual(await later(), ['Normal Updated']);
  world.values.clear();
  await later();
  await later();
  world.values.set('db', 'back');
  await later();
  assert.deepEqual(await later(), ['Normal Created']);
});
