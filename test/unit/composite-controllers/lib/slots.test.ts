import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failureStep, nextSlot } from '../../../../composite-controllers/lib/slots.ts';

const uid = fc.uuid();
const intervalMs = fc.integer({ min: 1, max: 400 * 86_400_000 });
const after = fc.integer({ min: 0, max: 4_102_444_800_000 });

test('a slot is ahead, and never further than the interval', () => {
  fc.assert(
    fc.property(uid, intervalMs, after, (uid, intervalMs, after) => {
      const slot = nextSlot({ uid, intervalMs, after });
      assert.ok(slot > after && slot <= after + intervalMs);
    }),
  );
});

test('a restart changes nothing: within a round every moment leads to the same slot', () => {
  fc.assert(
    fc.property(
      uid,
      intervalMs,
      after,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (uid, intervalMs, after, part) => {
        const slot = nextSlot({ uid, intervalMs, after });
        const later = after + Math.floor((slot - after) * part);
        assert.equal(nextSlot({ uid, intervalMs, after: later }), slot);
        assert.equal(nextSlot({ uid, intervalMs, after: slot }), slot + intervalMs);
      },
    ),
  );
});

test('thousands of one interval do not fall due together', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 5000; index++) {
    const slot = nextSlot({ uid: `uid-${index}`, intervalMs: 3_600_000, after: 1_700_000_000_000 });
    const tenth = Math.floor((slot - 1_700_000_000_001) / 360_000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) assert.ok(count > 400 && count < 600, String(tenths));
});

test('an interval with a fraction of a millisecond still leads ahead', () => {
  for (const intervalMs of [0.000001, 0.5, 1.5, 1000.25]) {
    const slot = nextSlot({ uid: 'u', intervalMs, after: 1_700_000_000_000 });
    assert.ok(slot > 1_700_000_000_000 && slot <= 1_700_000_000_000 + Math.max(1, intervalMs));
  }
});

test('a failure is retried after as long as it has lasted, within its bounds', () => {
  const hour = 3_600_000;
  const rows: [failingForMs: number, intervalMs: number, step: number][] = [
    [0, hour, 1000],
    [-5000, hour, 1000],
    [1500, hour, 1500],
    [60_000, hour, 60_000],
    [24 * hour, hour, hour / 4],
    [24 * hour, 10_000, 30_000],
    [24 * hour, 0, 30_000],
    [24 * hour, 24 * hour, hour],
  ];
  for (const [lasting, intervalMs, step] of rows) {
    assert.equal(
      failureStep({ now: 1_700_000_000_000, lastTransition: 1_700_000_000_000 - lasting, intervalMs }),
      step,
    );
  }
});
