import type { EventSink, Log } from '../lib/ports.ts';
import type { Decision } from './decide.ts';
import { failureMessage } from './errors.ts';
import { type Outcome, sourceDeletedMessage, syncedMessage } from './status.ts';
import type { World } from './world.ts';

/** Tells people what a pass came to: events on the PushSecret, with the texts of its condition, and log lines. */
export function report(
  world: World,
  decision: Decision,
  outcome: Outcome,
  { events, log }: { readonly events: EventSink; readonly log: Log },
): void {
  const { object, namespace, name } = world;
  if (outcome.kind === 'Failed') {
    const { code, cause } = outcome.failure;
    const message = failureMessage(outcome.failure);
    log.warn({ namespace, name, decision: decision.kind, reason: decision.reason, code, cause }, message);
    events.record(object, 'Warning', 'Errored', message);
  } else if (outcome.kind === 'SourceDeleted') {
    events.record(object, 'Normal', 'SourceDeleted', sourceDeletedMessage);
  } else if (outcome.kind === 'Synced' && decision.reason !== 'Due') {
    // A push that time alone asked for is no news; ESO writes an event of each.
    events.record(object, 'Normal', 'Synced', syncedMessage(world));
  }
}
