import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { nameMatcher } from '../../../../providers/kit/find.ts';

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
