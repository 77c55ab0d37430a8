import { noSecret } from '../lib/names.ts';
import type { EventSink, Log } from '../lib/ports.ts';
import { unreadableSchedules } from '../lib/sync-windows.ts';
import type { Attempt } from './attempt.ts';
import { type Change, recordChange } from './audit.ts';
import type { Decision } from './decide.ts';
import { failureMessage } from './errors.ts';
import { routeOf } from './policy.ts';
import { refreshedAt } from './refresh.ts';
import type { Outcome } from './status.ts';
import type { World } from './world.ts';

/** Tells people what a pass came to: events on the ExternalSecret (spec core 1.12) and log lines. */
export interface Reporter {
  report(world: World, decision: Decision, attempt: Extract<Attempt, { kind: 'answer' }>): void;
}

/** A {@link Reporter} over the ports. */
export function createReporter({ events, log }: { events: EventSink; log: Log }): Reporter {
  return {
    report(world, decision, { outcome }) {
      const { object, namespace, name } = world;
      if (outcome.kind === 'Failed') {
        const message = failureMessage(outcome.failure);
        const { code, cause } = outcome.failure;
        // Every ExternalSecret that is created together with its store passes through this for a moment.
        if (code === 'StoreNotChecked') return;
        log.warn({ namespace, name, decision: decision.kind, reason: decision.reason, code, cause }, message);
        events.record(object, 'Warning', 'UpdateFailed', message);
      } else if (outcome.kind === 'Synced') {
        const happened = happening(world, outcome);
        if (happened !== undefined)
          recordChange({ events, log }, world, happened.reason, happened.message, outcome.refreshId);
        // As under ESO, which says nothing: with kind allow nothing is read by time any more.
        const [unreadable] = unreadableSchedules(world.spec.syncWindows);
        if (unreadable !== undefined)
          events.record(object, 'Warning', 'SyncWindowIgnored', `cannot read the schedule "${unreadable}"`);
      }
    },
  };
}

/** What a status says for the first time, whichever pass came to it: another refresh is in place, or no Secret any more. */
function happening(
  world: World,
  { reason, message, refreshId }: Extract<Outcome, { kind: 'Synced' }>,
): { readonly reason: Change; readonly message: string } | undefined {
  // Who applies the target itself knows better what has happened to it.
  if (routeOf(world) !== 'child') return undefined;
  const before = world.status.refreshId;
  if (refreshId === undefined || refreshId === before) return undefined;
  const isFirst = refreshedAt(world) === undefined;
  if (reason === 'SecretDeleted') return isFirst ? undefined : { reason: 'Deleted', message };
  if (refreshId === noSecret) return undefined;
  return isFirst || before === noSecret
    ? { reason: 'Created', message: 'secret created' }
    : { reason: 'Updated', message: 'secret updated' };
}
