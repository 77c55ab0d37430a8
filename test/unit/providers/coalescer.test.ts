import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCoalescer } from '../../../providers/coalescer.ts';
import { ProviderError } from '../../../providers/kit/errors.ts';

const always = { maxAgeMs: Number.POSITIVE_INFINITY };

/** A coalescer with a clock to set and a backend that counts. */
function setup({ windowMs = 10_000, maxBytes = 1_000_000 } = {}) {
  const state = { now: 0, reads: 0 };
  const coalescer = createCoalescer<string>({ now: () => state.now, windowMs, maxBytes });
  const read = (key: string, freshness: { maxAgeMs: number; notBefore?: number } = always, size = 1) =>
    coalescer.get(
      key,
      freshness,
      async () => {
        state.reads++;
        return `${key}${state.reads}`;
      },
      () => size,
    );
  return { state, coalescer, read };
}

test('callers that ask at once share one read', async () => {
  const { state, read } = setup();
  const answers = await Promise.all([read('a'), read('a'), read('a')]);
  assert.equal(state.reads, 1);
  assert.deepEqual(
    answers.map(({ source }) => source),
    ['read', 'shared', 'shared'],
  );
});

test('an answer is shared within the window and no longer', async () => {
  const { state, read } = setup({ windowMs: 10_000 });
  await read('a');
  state.now = 10_000;
  assert.equal((await read('a')).source, 'shared');
  state.now = 10_001;
  assert.equal((await read('a')).source, 'read');
});

test('a caller that wants fresher answers than the window gets them', async () => {
  const { state, read } = setup();
  await read('a');
  state.now = 600;
  assert.equal((await read('a', { maxAgeMs: 500 })).source, 'read');
});

test('a read that began before a force-sync does not answer it', async () => {
  const { state, read } = setup();
  await read('a');
  state.now = 5;
  assert.equal((await read('a', { ...always, notBefore: 5 })).source, 'read');
  assert.equal(
    (await read('a', { ...always, notBefore: 5 })).source,
    'shared',
    'one read per force-sync value',
  );
});

test('a slow read does not hide what a later one has found meanwhile', async () => {
  const { state, coalescer, read } = setup();
  const slow = Promise.withResolvers<string>();
  const late = coalescer.get(
    'a',
    always,
    () => slow.promise,
    () => 1,
  );
  state.now = 5;
  await read('a', { ...always, notBefore: 5 });
  state.now = 6;
  slow.resolve('old');
  await late;
  assert.equal((await read('a')).value, 'a1');
});

test('what is forgotten is read anew, and a read that began before is given only to those who wait for it', async () => {
  const { state, coalescer, read } = setup();
  await read('store@a');
  await read('other@a');
  const slow = Promise.withResolvers<string>();
  const late = coalescer.get(
    'store@b',
    always,
    () => slow.promise,
    () => 1,
  );
  coalescer.forget('store@');
  slow.resolve('old');
  assert.equal((await late).value, 'old');
  assert.equal((await read('store@a')).source, 'read');
  assert.equal((await read('store@b')).source, 'read');
  assert.equal((await read('other@a')).source, 'shared');
  assert.equal(state.reads, 4);
});

test('keys do not share', async () => {
  const { state, read } = setup();
  await read('a');
  await read('b');
  assert.equal(state.reads, 2);
});

test('"does not exist" is an answer and is shared; other failures are not', async () => {
  const { coalescer, state } = setup();
  const failing = (code: 'NotFound' | 'Unavailable') => () =>
    coalescer.get(
      code,
      always,
      async () => {
        state.reads++;
        throw new ProviderError(code);
      },
      () => 1,
    );
  for (const ask of [failing('NotFound'), failing('NotFound')])
    await assert.rejects(ask(), { code: 'NotFound' });
  assert.equal(state.reads, 1);
  for (const ask of [failing('Unavailable'), failing('Unavailable')])
    await assert.rejects(ask(), { code: 'Unavailable' });
  assert.equal(state.reads, 3);
});

test('answers beyond the budget of bytes push out the oldest', async () => {
  const { state, read } = setup({ maxBytes: 2_000 });
  await read('a', always, 1_000);
  await read('b', always, 1_000);
  await read('a', always, 1_000);
  assert.equal(state.reads, 3);
});
