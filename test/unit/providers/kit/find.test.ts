import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { mapConcurrently, nameMatcher } from '../../../../providers/kit/find.ts';

test('find.name.regexp is RE2 and need not cover the whole name', () => {
  assert(nameMatcher('db')('team/db/password'));
  assert(nameMatcher('^team/(?P<what>db|cache)$')('team/db'));
  assert(nameMatcher('(?i)DB')('db'));
  assert(!nameMatcher('^db')('team/db'));
  for (const invalid of ['(', '(?=look)', '(a)\\1']) {
    assert.throws(
      () => nameMatcher(invalid),
      (error) => error instanceof ProviderError && error.code === 'Rejected',
    );
  }
});

test('what an expression may cost is bounded, in its size and over all names', () => {
  const rejected = (error: unknown) => error instanceof ProviderError && error.code === 'Rejected';
  assert.throws(() => nameMatcher('a'.repeat(2000)), rejected);
  assert.throws(() => nameMatcher('((a{100}){100}){100}'), rejected);
  const usual = nameMatcher('^team-[a-z]+/(db|cache)-[0-9]+$');
  for (let count = 0; count < 10_000; count++) usual(`team-blue/some/deeper/folder/cache-${count}`);
  const costly = nameMatcher('(x+x+)+y'.repeat(100));
  assert.throws(() => {
    for (let count = 0; count < 1000; count++) costly('x'.repeat(1000));
  }, rejected);
});

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
