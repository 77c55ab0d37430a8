import { parseDuration } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import { opensAt, type SyncWindows, unreadableSchedules } from '../lib/sync-windows.ts';
import { syncWindows } from '../lib/sync-windows-schema.ts';
import { compile } from '../validator.ts';
import { spacingAnnotation, windowsAnnotation } from './names.ts';

/** When rollouts of a workload may begin. */
export interface Schedule {
  readonly windows: SyncWindows | undefined;
  readonly spacingMs: number;
}

const checkWindows = compile(syncWindows);
/** A value that keeps changing must not keep a workload restarting. */
const usualSpacingMs = 60_000;

/** The schedule that a workload's annotations ask for, or what is wrong with them. Pure. */
export function readSchedule({ metadata }: KubeObject): Schedule | { readonly problem: string } {
  const spacing = metadata.annotations?.[spacingAnnotation];
  const spacingMs = spacing === undefined ? usualSpacingMs : milliseconds(spacing);
  if (spacingMs === undefined) return { problem: `${spacingAnnotation} is not a duration such as 10m` };
  const text = metadata.annotations?.[windowsAnnotation];
  if (text === undefined) return { windows: undefined, spacingMs };
  const windows = parsed(text);
  if (windows === undefined)
    return { problem: `${windowsAnnotation} is not JSON with the fields of an ExternalSecret's syncWindows` };
  const [unreadable] = unreadableSchedules(windows);
  return unreadable === undefined
    ? { windows, spacingMs }
    : { problem: `${windowsAnnotation} has a schedule that cannot be read` };
}

/** The first moment from now on (ms) at which a rollout may begin; undefined when the windows never open. Pure. */
export function rolloutAt(
  { windows, spacingMs }: Schedule,
  last: number | undefined,
  now: number,
  uid: string,
): number | undefined {
  return opensAt(windows, Math.max(now, last === undefined ? now : last + spacingMs), uid);
}

function parsed(text: string): SyncWindows | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (checkWindows(value).length > 0) return undefined;
    const windows = value as SyncWindows;
    return windows.windows.every(({ duration }) => (milliseconds(duration) ?? 0) > 0) ? windows : undefined;
  } catch {
    return undefined;
  }
}

function milliseconds(text: string): number | undefined {
  try {
    const ms = parseDuration(text);
    return ms >= 0 ? ms : undefined;
  } catch {
    return undefined;
  }
}
