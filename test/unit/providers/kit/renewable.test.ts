import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewable } from '../../../../providers/kit/renewable.ts';

function counted({ fresh = (made: number) => made > 0 } = {}) {
  const state = { obtained: 0, fails: false };
  const value = renewable(async () => {
    await Promise.resolve();
    if (state.fails) throw new Error('refused');
    return ++state.obtained;
  }, fresh);
  return { state, value };
}

const many = (ask: () => Promise<number>) => Promise.all(Array.from({ length: 50 }, ask));

test('a value is obtained once for all who want it, until it is no longer fresh', async () => {
  let oldest = 1;
  const { state, value } = counted({ fresh: (made) => made >= oldest });
  assert.deepEqual(new Set(await many(value.get)), new Set([1]));
  oldest = 2;
  assert.deepEqual(new Set(await many(value.get)), new Set([2]));
  assert.equal(state.obtained, 2);
});

test('a refused value is replaced once, for those too who come late with it', async () => {
  const { state, value } = counted();
  const refused = await value.get();
  assert.deepEqual(new Set(await many(() => value.replace(refused))), new Set([2]));
  assert.equal(await value.replace(refused), 2);
  assert.equal(state.obtained, 2);
});

test('a failure is told to all who wait, and the next tries anew', async () => {
  const { state, value } = counted();
  state.fails = true;
  const outcomes = await Promise.allSettled([value.get(), value.get()]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  state.fails = false;
  assert.equal(await value.get(), 1);
});
