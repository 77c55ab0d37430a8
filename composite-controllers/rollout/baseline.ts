import { rfc3339 } from '../lib/conditions.ts';
import type { KubeObject } from '../lib/objects.ts';
import { baselineAnnotation } from './names.ts';

/**
 * Which data the pods of a workload were last told of, by Secret: `<id of the key>.<fingerprint>`, or {@link absent} for
 * an optional Secret that was not there. It stands on the workload, so it outlives hook and driver, and changes in the
 * same write as the pod template.
 */
export interface Baseline {
  readonly secrets: Readonly<Record<string, string>>;
  /** When the last rollout of ours began, in ms. */
  readonly rolledOutAt: number | undefined;
}

export const absent = '-';

/** The baseline of a workload; undefined where there is none, or none that can be read. */
export function readBaseline({ metadata }: KubeObject): Baseline | undefined {
  const text = metadata.annotations?.[baselineAnnotation];
  if (text === undefined) return undefined;
  try {
    const { secrets, rolledOutAt } = JSON.parse(text) as { secrets?: unknown; rolledOutAt?: unknown };
    if (typeof secrets !== 'object' || secrets === null) return undefined;
    const entries = Object.entries(secrets).filter(([, entry]) => typeof entry === 'string');
    const at = Date.parse(String(rolledOutAt));
    return { secrets: Object.fromEntries(entries), rolledOutAt: Number.isNaN(at) ? undefined : at };
  } catch {
    return undefined;
  }
}

/** The text of {@link readBaseline}, the same for the same baseline. */
export function baselineText({ secrets, rolledOutAt }: Baseline): string {
  const sorted = Object.entries(secrets).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    secrets: Object.fromEntries(sorted),
    ...(rolledOutAt === undefined ? {} : { rolledOutAt: rfc3339(rolledOutAt) }),
  });
}
