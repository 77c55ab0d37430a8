import { parseSchedule, type Schedule } from './cron.ts';
import { parseDuration } from './duration.ts';
import { nextSlot } from './slots.ts';
import type { SyncWindows } from './sync-windows-schema.ts';

export type { SyncWindows };

interface Window {
  readonly schedule: Schedule;
  readonly durationMs: number;
}

const second = 1_000;
/** Many wait for the same window to open; they come in the course of its first minute. */
const spreadMs = 60_000;
/** So many windows in a row are looked through; a closed time that lasts longer is looked at again at its end. */
const mostWindows = 200;

/** Whether the windows let a refresh pass that time alone calls for (spec core 1.5, in UTC; ms). */
export function isOpen(windows: SyncWindows | undefined, at: number): boolean {
  if (windows === undefined || windows.windows.length === 0) return true;
  const isActive = read(windows).some((window) => coveringStart(window, at) !== undefined);
  return windows.kind === 'deny' ? !isActive : windows.kind !== 'allow' || isActive;
}

/**
 * The first moment from `at` on (ms) at which the windows let an ExternalSecret pass, a little later where many would
 * come at once; undefined when they never do.
 */
export function opensAt(windows: SyncWindows | undefined, at: number, uid: string): number | undefined {
  if (windows === undefined || isOpen(windows, at)) return at;
  const opening = windows.kind === 'deny' ? endOfAll(read(windows), at) : startOfAny(read(windows), at);
  if (opening === undefined) return undefined;
  const own = nextSlot({ uid, intervalMs: spreadMs, after: opening - 1 });
  return isOpen(windows, own) ? own : opening;
}

/** The schedules that cannot be read: to ESO's eyes their windows are never active. */
export function unreadableSchedules(windows: SyncWindows | undefined): string[] {
  const schedules = windows?.windows.map(({ schedule }) => schedule) ?? [];
  return schedules.filter((schedule) => parseSchedule(schedule) === undefined);
}

function read({ windows }: SyncWindows): Window[] {
  return windows.flatMap(({ schedule: text, duration }) => {
    const schedule = parseSchedule(text);
    const durationMs = milliseconds(duration);
    return schedule === undefined || durationMs === undefined ? [] : [{ schedule, durationMs }];
  });
}

function milliseconds(duration: string): number | undefined {
  try {
    return parseDuration(duration);
  } catch {
    return undefined;
  }
}

/** The start of the window that covers a moment, both ends included. ESO looks from a second before its duration on. */
function coveringStart(window: Window, at: number): number | undefined {
  const start = firstStart(window, at);
  return start !== undefined && start <= at ? start : undefined;
}

/** The first start of a window that covers the moment, or comes behind it. */
function firstStart({ schedule, durationMs }: Window, at: number): number | undefined {
  return schedule.next(at - durationMs - second);
}

function startOfAny(windows: readonly Window[], at: number): number | undefined {
  const starts = windows.map((window) => firstStart(window, at)).filter((start) => start !== undefined);
  return starts.length === 0 ? undefined : Math.max(at, Math.min(...starts));
}

function endOfAll(windows: readonly Window[], from: number): number {
  let at = from;
  for (let i = 0; i < mostWindows; i++) {
    const end = windows
      .map((window) => ({ window, start: coveringStart(window, at) }))
      .find(({ start }) => start !== undefined);
    if (end?.start === undefined) return at;
    at = end.start + end.window.durationMs + second;
  }
  return at;
}
