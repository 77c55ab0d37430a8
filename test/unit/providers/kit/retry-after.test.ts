import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterSeconds } from '../../../../providers/kit/retry-after.ts';

test('Retry-After is seconds, or a date counted from the answer', () => {
  const date = 'Tue, 24 Nov 2026 11:19:05 GMT';
  const rows: [headers: Record<string, string>, seconds: number | undefined][] = [
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': ' 120 ' }, 120],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:20:05 GMT', date }, 60],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT', date }, undefined],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:20:05 GMT' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': '1.5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ];
  for (const [headers, seconds] of rows)
    assert.equal(retryAfterSeconds(headers), seconds, JSON.stringify(headers));
});
