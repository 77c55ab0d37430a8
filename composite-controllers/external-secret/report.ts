import type { EventSink, Log } from '../lib/ports.ts';
import type { Attempt } from './attempt.ts';
import type { Decision } from './decide.ts';
import { failureMessage } from './errors.ts';
import { refreshedAt } from './refresh.ts';
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
      } else if (decision.kind === 'Confirm') {
        const isFirst = refreshedAt(world) === undefined;
        events.record(
          object,
          'Normal',
          isFirst ? 'Created' : 'Updated',
          isFirst ? 'secret created' : 'secret updated',
        );
      } else if (outcome.kind === 'Synced' && outcome.reason === 'SecretDeleted') {
        events.record(object, 'Normal', 'Deleted', outcome.message);
      }
    },
  };
}
