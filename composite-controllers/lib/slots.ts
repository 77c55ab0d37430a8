import { createHash } from 'node:crypto';

/**
 * The moment (ms) at which the next refresh is due: the first of `hash(uid) mod interval + k x interval` after `after`.
 * Never later than one interval, the same in every replica and after every restart, and spread over all uids.
 */
export function nextSlot({
  uid,
  intervalMs,
  after,
}: {
  uid: string;
  intervalMs: number;
  after: number;
}): number {
  const interval = Math.max(1, Math.floor(intervalMs));
  const offset = createHash('sha256').update(uid).digest().readUIntBE(0, 6) % interval;
  const rounds = Math.floor((after - offset) / interval) + 1;
  return offset + rounds * interval;
}

const hourMs = 3_600_000;

/**
 * How long (ms) the next attempt waits after a failed one: as long as the failure has lasted, so that attempts double,
 * within 1 s and a quarter of the interval (at least 30 s, at most 1 h).
 */
export function failureStep(failure: { now: number; lastTransition: number; intervalMs: number }): number {
  const cap = Math.min(Math.max(failure.intervalMs / 4, 30_000), hourMs);
  return Math.min(Math.max(failure.now - failure.lastTransition, 1_000), cap);
}
