import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatDuration,
  formatDurationNanos,
  parseDuration,
  parseDurationNanos,
  parseRefreshInterval,
} from '../../../../composite-controllers/lib/duration.ts';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import vectors from '../../../golden/duration.json' with { type: 'json' };

test('durations are read and printed as Go does, to the nanosecond, and refused in its words', () => {
  for (const { text, nanoseconds, printed, error } of vectors) {
    if (error !== undefined) {
      assert.throws(() => parseDurationNanos(text), { name: 'ValueError', message: error });
      continue;
    }
    assert.equal(parseDurationNanos(text), BigInt(nanoseconds!), text);
    assert.equal(formatDurationNanos(BigInt(nanoseconds!)), printed);
  }
});

test('a duration comes in milliseconds', () => {
  assert.equal(parseDuration('1h30m'), 5_400_000);
  assert.equal(parseDuration('-1.5s'), -1500);
  assert.equal(parseDuration('0'), 0);
  assert.equal(parseDuration('1us'), 0.001);
  assert.equal(formatDuration(5_400_000), '1h30m0s');
  assert.equal(formatDuration(0.001), '1µs');
});

test('what is printed reads back as the same duration', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanos) => {
      assert.equal(parseDurationNanos(formatDurationNanos(nanos)), nanos);
    }),
  );
});

test('no text makes it fail but by a ValueError', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?([0-9.]{0,20}(ns|us|ms|s|m|h|d)?){0,4}$/));
  fc.assert(
    fc.property(text, (duration) => {
      try {
        parseDuration(duration);
      } catch (error) {
        assert.ok(error instanceof ValueError);
      }
    }),
  );
});

test('a store’s refreshInterval is whole seconds or a duration, and 0 when absent (spec core 2.1)', () => {
  const rows: [interval: number | string | undefined, ms: number][] = [
    [undefined, 0],
    [0, 0],
    [300, 300_000],
    ['5m', 300_000],
    ['0', 0],
    ['0s', 0],
  ];
  for (const [interval, ms] of rows) assert.equal(parseRefreshInterval(interval), ms);
  const errors: [interval: number | string, message: string][] = [
    [-1, 'invalid refreshInterval -1: must not be negative'],
    ['-5m', 'invalid refreshInterval "-5m": must not be negative'],
    ['300', 'invalid refreshInterval "300": time: missing unit in duration "300"'],
    ['soon', 'invalid refreshInterval "soon": time: invalid duration "soon"'],
    ['', 'invalid refreshInterval "": time: invalid duration ""'],
  ];
  for (const [interval, message] of errors) {
    assert.throws(() => parseRefreshInterval(interval), { name: 'ValueError', message });
  }
});
