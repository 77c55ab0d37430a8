import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapConcurrently } from '../../../../providers/kit/concurrently.ts';

test('results keep the order of the items and no more calls are under way than allowed', async () => {
  let running = 0;
  let most = 0;
  const doubled = await mapConcurrently([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, item));
    running--;
    return item * 2;
  });
  assert.deepEqual(doubled, [10, 2, 8, 4, 6]);
  assert.equal(most, 2);
});

test('after a failure no further call is made', async () => {
  const seen: number[] = [];
  const work = mapConcurrently([1, 2, 3, 4, 5, 6], 2, async (item) => {
    seen.push(item);
    await Promise.resolve();
    if (item === 1) throw new Error('no');
  });
  await assert.rejects(work, /no/);
  assert.deepEqual(seen, [1, 2]);
});
