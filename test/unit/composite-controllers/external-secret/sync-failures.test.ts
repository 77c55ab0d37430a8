import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { externalSecret, spec, startOfTests } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

test('a write that fails beside a status that is written never says Ready, and lands when it can', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass('fail');
  assert.equal(ready()?.status, 'True', 'of the value before');
  world.now += 5_000;
  await pass('fail');
  assert.equal(ready()?.status, 'False');
  assert.match(ready()?.message ?? '', /SyncError/);
  const reads = world.reads.length;
  await pass('fail');
  assert.equal(world.reads.length, reads, 'the failure schedule holds the reads');
  await pass('land');
  assert.equal(value(), 'two', 'but not the write');
  assert.equal(ready()?.status, 'False');
  await pass();
  assert.equal(ready()?.status, 'True');
});

test('a backend that fails leaves the Secret, says why, and is asked at growing intervals', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  world.failWith = new ProviderError('Unavailable', { status: 500 });
  for (let second = 0; second < 60; second++) {
    await pass();
    world.now += 1_000;
  }
  assert.equal(value(), 'one');
  assert.match(
    ready()?.message ?? '',
    /^could not get secret data from provider: .*spec\.data\[0\] \(key: db\).*HTTP 500.*To do:/,
  );
  assert.ok(world.reads.length <= 9, `${world.reads.length} reads in a minute`);
  world.failWith = undefined;
  world.now += 120_000;
  await pass();
  assert.equal(ready()?.status, 'True');
});

test("a refresh that the vendor's rate limit holds back is no failure: it comes again when it was told, and an event says why", async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  world.failWith = new ProviderError('RateLimited', { limit: 10, perSeconds: 60, retryAfter: 6 });
  const outcome = await pass();
  assert(outcome.kind === 'wait' && outcome.seconds >= 7 && outcome.seconds <= 6 * 5 + 3, String(outcome));
  assert.equal(ready()?.status, 'True');
  assert(world.events.includes('Normal RateLimited'));
  world.failWith = undefined;
  world.values.set('db', 'two');
  await pass();
  assert.equal(value(), 'two');
});

test('a refused key keeps the Secret too', async () => {
  const { world, pass, ready, value } = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  await pass();
  await pass();
  world.now += 3_600_000;
  world.failWith = new ProviderError('Denied', { status: 403, what: 'db' });
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready()?.status, 'False');
});

test('a lagging cache never brings an old value back while an answer is on its way', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  assert.equal(value(), 'two');
  world.failWith = new ProviderError('Unavailable');
  world.now += 6_000;
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('after a restart a failure is answered from the live Secret, not from a cache that may lag', async () => {
  const { world, pass, value, restart } = setup(externalSecret());
  await pass();
  await pass();
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  restart();
  world.failWith = new ProviderError('Unavailable');
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('after a restart a Secret that both caches show too old is stated as it is', async () => {
  const { world, pass, value, restart } = setup(externalSecret());
  await pass();
  await pass();
  const parent = structuredClone(world.parent);
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  await pass();
  restart();
  world.parent = parent;
  world.now -= 3_599_000;
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('a status whose write was lost is answered again without a read', async () => {
  const { world, pass, ready } = setup(externalSecret());
  await pass();
  const before = structuredClone(world.parent);
  await pass();
  const { length } = world.reads;
  world.parent = before;
  world.now += 60_000;
  await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.equal(
    (world.parent.status as { refreshTime: string }).refreshTime,
    new Date(startOfTests).toISOString().replace('.000', ''),
  );
  assert.equal(world.reads.length, length);
});

test('a find that takes longer than a call changes nothing meanwhile', async () => {
  const dataFrom = [{ find: { name: { regexp: '.' } } }];
  const { world, pass, ready, value } = setup(externalSecret(spec({ data: [], dataFrom })));
  await pass();
  await pass();
  world.failWith = new ProviderError('UnderWay', { what: 'dataFrom.find' });
  world.values.set('db', 'two');
  world.now += 3_600_000;
  const status = JSON.stringify(world.parent.status);
  assert.equal((await pass()).kind, 'wait');
  assert.equal(JSON.stringify(world.parent.status), status);
  assert.equal(value('app', 'db'), 'one');
  world.failWith = undefined;
  await pass();
  await pass();
  assert.equal(value('app', 'db'), 'two');
  assert.equal(ready()?.status, 'True');
});

test('an API server that does not show the target changes nothing, and is told in an event', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  const status = JSON.stringify(world.parent.status);
  world.kubeFails = 403;
  assert.deepEqual(await pass(), {
    kind: 'wait',
    seconds: 5,
    summary: { decision: 'Hold', reason: 'Kubernetes' },
  });
  assert.equal(JSON.stringify(world.parent.status), status);
  assert.equal(world.events.at(-1), 'Warning UpdateFailed');
  assert.equal(value(), 'one');
});
