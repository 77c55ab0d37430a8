import type { Condition } from './condition-schema.ts';

/** A moment (ms) as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export function rfc3339(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * The conditions with one set (spec core 0.5): the same array when nothing changes; `lastTransitionTime` moves only when
 * the status does.
 */
export function setCondition(
  conditions: readonly Condition[],
  { type, status, reason, message }: { type: string; status: string; reason: string; message: string },
  now: number,
): Condition[] {
  const known = conditions.find((condition) => condition.type === type);
  if (known?.status === status && known.reason === reason && known.message === message) {
    return conditions as Condition[];
  }
  const since = known?.status === status ? (known.lastTransitionTime ?? rfc3339(now)) : rfc3339(now);
  const next = { type, status, reason, message, lastTransitionTime: since };
  return known === undefined
    ? [...conditions, next]
    : conditions.map((condition) => (condition === known ? next : condition));
}
