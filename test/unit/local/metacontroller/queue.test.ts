import assert from 'node:assert/strict';
import { test } from 'node:test';
import { steppedClock } from '../../../../local/metacontroller/clock.ts';
import { createQueue, runWorkers, type WorkQueue } from '../../../../local/metacontroller/queue.ts';

/** All ready keys, each taken and done. */
function drain(queue: WorkQueue): string[] {
  const keys: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

test('a key waits once, in the order of its first addition', () => {
  const queue = createQueue(steppedClock());
  for (const key of ['b', 'a', 'b', 'c', 'a']) queue.add(key);
  assert.deepEqual(drain(queue), ['b', 'a', 'c']);
});

test('a key added while in work is given out again only after its work has ended, and once', () => {
  const queue = createQueue(steppedClock());
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  queue.add('a');
  assert.equal(queue.take(), undefined);
  queue.done('a');
  assert.deepEqual(drain(queue), ['a']);
});

test('of several pending times of a key the earliest wins, and an addition now cancels none', () => {
  const clock = steppedClock();
  const queue = createQueue(clock);
  queue.addAfter('a', 50);
  queue.addAfter('a', 20);
  queue.addAfter('a', 90);
  queue.add('a');
  assert.deepEqual(drain(queue), ['a']);
  clock.advance(19);
  assert.deepEqual(drain(queue), []);
  clock.advance(1);
  assert.deepEqual(drain(queue), ['a']);
  clock.advance(100);
  assert.deepEqual(drain(queue), []);
});

test('a delay of nothing, or less, is an addition now', () => {
  const queue = createQueue(steppedClock());
  queue.addAfter('a', 0);
  queue.addAfter('b', -5);
  assert.deepEqual(drain(queue), ['a', 'b']);
});

test('failures back off from 5 ms to 1000 s, and forgetting starts anew', () => {
  const clock = steppedClock();
  const queue = createQueue(clock);
  const delays: number[] = [];
  const fail = () => {
    const before = clock.now();
    queue.addRateLimited('a');
    clock.advance((clock.nextTimer() as number) - before);
    delays.push(clock.now() - before);
    drain(queue);
  };
  for (let count = 0; count < 20; count++) fail();
  assert.deepEqual(delays.slice(0, 5), [5, 10, 20, 40, 80]);
  assert.deepEqual(delays.slice(-3), [655_360, 1_000_000, 1_000_000]);
  queue.forget('a');
  fail();
  assert.equal(delays.at(-1), 5);
});

test('after 100 failures at once the keys of a controller share 10 a second', () => {
  const clock = steppedClock();
  const queue = createQueue(clock);
  for (let count = 0; count < 102; count++) queue.addRateLimited(`key-${count}`);
  clock.advance(5);
  assert.equal(drain(queue).length, 100);
  clock.advance(95);
  assert.deepEqual(drain(queue), ['key-100']);
  clock.advance(100);
  assert.deepEqual(drain(queue), ['key-101']);
});

test('workers take what comes, so many at a time, and end with the queue', async () => {
  const queue = createQueue(steppedClock());
  const started: string[] = [];
  const gates = new Map<string, () => void>();
  const workers = runWorkers(queue, 2, (key) => {
    started.push(key);
    return new Promise((resolve) => gates.set(key, resolve));
  });
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await new Promise(setImmediate);
  assert.deepEqual(started, ['a', 'b']);
  gates.get('a')?.();
  await new Promise(setImmediate);
  assert.deepEqual(started, ['a', 'b', 'c']);
  queue.shutDown();
  queue.add('d');
  gates.get('b')?.();
  gates.get('c')?.();
  await workers;
  assert.deepEqual(started, ['a', 'b', 'c']);
});
