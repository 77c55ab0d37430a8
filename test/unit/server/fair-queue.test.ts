import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFairQueue } from '../../../server/fair-queue.ts';

const roomy = { most: 1_000, mostOfOne: 1_000 };

test('tenants take turns, and each keeps its own order', () => {
  const queue = createFairQueue<string>(roomy);
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item.slice(0, 1), item);
  const taken = Array.from({ length: 7 }, () => queue.shift());
  assert.deepEqual(taken, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined]);
});

test('who comes later waits for one piece of each other, not for all', () => {
  const queue = createFairQueue<string>(roomy);
  for (let index = 0; index < 50; index++) queue.push('a', `a${index}`);
  queue.shift();
  queue.push('b', 'b0');
  assert.deepEqual([queue.shift(), queue.shift(), queue.shift()], ['a1', 'b0', 'a2']);
});

test('so many may wait, and so many of one', () => {
  const queue = createFairQueue<number>({ most: 3, mostOfOne: 2 });
  assert.deepEqual(
    [queue.push('a', 1), queue.push('a', 2), queue.push('a', 3), queue.push('b', 4), queue.push('c', 5)],
    [true, true, false, true, false],
  );
  assert.equal(queue.remove(2), true);
  assert.equal(queue.remove(2), false);
  assert.equal(queue.push('a', 6), true);
  assert.deepEqual(queue.drain().sort(), [1, 4, 6]);
  assert.equal(queue.size, 0);
});

test('whatever comes and goes, nothing is lost and nothing comes twice', () => {
  const step = fc.oneof(
    fc.record({ push: fc.constantFrom('a', 'b', 'c') }),
    fc.constant('shift' as const),
    fc.record({ remove: fc.nat(30) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createFairQueue<number>({ most: 8, mostOfOne: 4 });
      const waits = new Set<number>();
      for (const [index, what] of steps.entries()) {
        if (what === 'shift') {
          const item = queue.shift();
          assert.equal(item === undefined, waits.size === 0);
          if (item !== undefined) assert.ok(waits.delete(item));
        } else if ('push' in what) {
          if (queue.push(what.push, index)) waits.add(index);
        } else assert.equal(queue.remove(what.remove), waits.delete(what.remove));
        assert.equal(queue.size, waits.size);
      }
      assert.deepEqual(new Set(queue.drain()), waits);
    }),
  );
});
