import { parseDuration } from './duration.ts';
import { nextSlot } from './slots.ts';

const second = 1_000;
const defaultIntervalMs = 3_600_000;

/** A `refreshInterval` in ms; 0 or less means never by time (spec core 1.1, 1.5). */
export function intervalOf(refreshInterval: string | undefined): number {
  return refreshInterval === undefined ? defaultIntervalMs : parseDuration(refreshInterval);
}

/** A `refreshTime` in ms, or undefined before the first. */
export function momentOf(refreshTime: string | null | undefined): number | undefined {
  const time = refreshTime === undefined || refreshTime === null ? Number.NaN : Date.parse(refreshTime);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * When a refresh is due after the one at `after`, all in ms; undefined when time alone never makes one due (design rule
 * 7). On a whole second, as the times in a status are: else a refresh in the second of its slot would be recorded as one
 * from before it, and made again.
 */
export function dueAfter(uid: string, intervalMs: number, after: number | undefined): number | undefined {
  if (intervalMs <= 0 || after === undefined) return undefined;
  const slot = nextSlot({
    uid,
    intervalMs: Math.max(wholeSeconds(intervalMs), second),
    after: wholeSeconds(after) + second - 1,
  });
  return wholeSeconds(slot);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / second) * second;
}
