import { hash } from 'node:crypto';

/**
 * The first slot behind `after` (design rule 7), all in ms: slots lie at a place of the uid's own within the interval and
 * every interval from there, so they are the same after a restart, spread over all uids, and at most an interval away.
 * A positive interval of less than 1 ms counts as 1 ms.
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
  const place = hash('sha256', uid, 'buffer').readUIntBE(0, 6) % interval;
  return place + (Math.floor((after - place) / interval) + 1) * interval;
}

const second = 1000;
const hour = 3_600_000;

/**
 * How long to wait before the next attempt (design "Cost and load"), all in ms: as long as it has failed already, at
 * least 1 s, at most a quarter of the interval but no less than 30 s and no more than 1 h.
 */
export function failureStep({
  now,
  lastTransition,
  intervalMs,
}: {
  now: number;
  lastTransition: number;
  intervalMs: number;
}): number {
  const cap = Math.min(Math.max(intervalMs / 4, 30 * second), hour);
  return Math.min(Math.max(now - lastTransition, second), cap);
}
