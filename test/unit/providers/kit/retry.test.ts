import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callMs, repeat } from '../../../../providers/kit/retry.ts';

/** Attempts that answer one after the other; an Error is thrown. */
function attempts(...outcomes: (string | Error)[]) {
  let made = 0;
  const attempt = async () => {
    const outcome = outcomes[Math.min(made++, outcomes.length - 1)];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { attempt, made: () => made };
}

const isTransient = () => true;

test('a store that asks for no repetition gets one attempt', async () => {
  const { attempt, made } = attempts(new Error('down'), 'value');
  await assert.rejects(repeat(attempt, { retries: 0, intervalMs: 0, isTransient }), /down/);
  assert.equal(made(), 1);
});

test('an attempt is repeated until one is not worth repeating', async () => {
  const { attempt, made } = attempts(new Error('down'), 'busy', 'value', 'never');
  const value = await repeat(attempt, {
    retries: 5,
    intervalMs: 0,
    isTransient: (outcome) => outcome.kind === 'failed' || outcome.value === 'busy',
  });
  assert.equal(value, 'value');
  assert.equal(made(), 3);
});

test('what the last attempt came to stands, and no store repeats without end', async () => {
  const { attempt, made } = attempts(new Error('first'), new Error('down'));
  await assert.rejects(repeat(attempt, { retries: 1_000_000, intervalMs: 0, isTransient }), /down/);
  assert.equal(made(), 11);
});

test('a caller that leaves ends the pause, and hears what the attempt came to', async () => {
  const { attempt, made } = attempts(new Error('down'));
  const caller = new AbortController();
  const ended = repeat(attempt, { retries: 1, intervalMs: 60_000, isTransient, signal: caller.signal });
  setImmediate(() => caller.abort());
  await assert.rejects(ended, /down/);
  assert.equal(made(), 1);
});

test('a read gets time for the repetitions that its store asks for', () => {
  assert.equal(callMs(undefined, 10_000), 10_000);
  assert.equal(callMs({ maxRetries: 2, intervalMs: 500 }, 10_000), 31_000);
  assert.equal(callMs({ maxRetries: -1, intervalMs: 500 }, 10_000), 10_000);
  assert.equal(callMs({ maxRetries: 100, intervalMs: 60_000 }, 10_000), 120_000, 'two minutes at the most');
});
