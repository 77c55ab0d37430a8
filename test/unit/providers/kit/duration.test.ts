import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from '../../../../providers/kit/duration.ts';

test('a Go duration in milliseconds', () => {
  const rows: [text: string, ms: number][] = [
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['.5s', 500],
    ['+2s', 2_000],
    ['100ms', 100],
    ['2500us', 2.5],
    ['0', 0],
    ['-5s', 0],
  ];
  for (const [text, ms] of rows) assert.equal(durationMs(text), ms, text);
});
