import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseSchedule } from '../../../../composite-controllers/lib/cron.ts';

interface Vector {
  readonly schedule: string;
  readonly invalid?: boolean;
  readonly next?: readonly (readonly [after: string, next: string])[];
}

/** What github.com/robfig/cron/v3 v3.0.1 says: `ParseStandard(schedule)`, then `Next(after)` in UTC. */
const vectors: readonly Vector[] = JSON.parse(readFileSync('test/golden/cron.json', 'utf8'));

test('schedules fire when they do under ESO, and what it cannot read is not read here', () => {
  assert.ok(vectors.length > 400);
  for (const { schedule, invalid, next = [] } of vectors) {
    const parsed = parseSchedule(schedule);
    assert.equal(parsed === undefined, invalid === true, schedule);
    for (const [after, expected] of next) {
      const found = parsed?.next(Date.parse(after));
      const shown = found === undefined ? 'never' : new Date(found).toISOString().replace('.000', '');
      assert.equal(shown, expected, `${schedule} after ${after}`);
    }
  }
});
