import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import type { Condition } from './condition-schema.ts';
import { rfc3339 } from './conditions.ts';
import { failureStep } from './slots.ts';

/** Schema of `status.retry`. */
export const retry = K.object('The next attempt after a failure.', {
  after: K.time('Not before this moment.'),
  version: K.string('Version of what failed; another version is tried at once.'),
});

/** What a status says of the next attempt. */
export type RetryStatus = Static<typeof retry>;

/** The next attempt of something that fails since its Ready condition says so (design "Cost and load"); times in ms. */
export function nextAttempt({
  conditions,
  now,
  intervalMs,
  retryAfter = 0,
  version,
}: {
  readonly conditions: readonly Condition[];
  readonly now: number;
  readonly intervalMs: number;
  /** Seconds that the backend asked to wait. */
  readonly retryAfter?: number | undefined;
  readonly version: string;
}): { readonly retry: RetryStatus; readonly at: number } {
  const since = conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  const step = failureStep({
    now,
    lastTransition: since === undefined ? now : Date.parse(since),
    intervalMs,
  });
  const at = now + Math.max(step, retryAfter * 1000);
  return { retry: { after: rfc3339(at), version }, at };
}

/** End (ms) of the waiting time of the last failure, when it still binds this version. */
export function heldUntil(retry: RetryStatus | undefined, version: string, now: number): number | undefined {
  if (retry === undefined || retry.version !== version) return undefined;
  const after = Date.parse(retry.after);
  return after > now ? after : undefined;
}
