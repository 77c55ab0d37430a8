import type { Condition } from './condition-schema.ts';

/**
 * The conditions with one set (spec core 0.5). The same array when nothing changes; `lastTransitionTime` moves to `now`
 * (ms) only when the status does.
 */
export function setCondition(
  conditions: Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): Condition[] {
  const current = conditions.find(({ type }) => type === next.type);
  if (
    current !== undefined &&
    current.status === next.status &&
    current.reason === next.reason &&
    current.message === next.message
  ) {
    return conditions;
  }
  const since = current?.status === next.status ? current.lastTransitionTime : undefined;
  const changed = { ...next, lastTransitionTime: since ?? rfc3339(now) };
  return current === undefined
    ? [...conditions, changed]
    : conditions.map((condition) => (condition === current ? changed : condition));
}

/** A moment in ms as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
