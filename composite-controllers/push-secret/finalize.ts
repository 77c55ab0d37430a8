import type { Backends } from '../../providers/backends.ts';
import type { CallContext, HookRequest, SyncOutcome } from '../controller.ts';
import { rfc3339, setCondition } from '../lib/conditions.ts';
import type { EventSink, Log, Settings } from '../lib/ports.ts';
import { failureStep } from '../lib/slots.ts';
import { type CleanUp, deleteAll } from './clean-up.ts';
import { failureMessage } from './errors.ts';
import type { Memory } from './memory.ts';
import { type Recorded, recordsOf, syncedOf } from './synced.ts';
import { readWorld, type World } from './world.ts';

export interface FinalizerDeps {
  readonly now: () => number;
  readonly backends: Backends;
  readonly memory: Memory;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

const deadlineOfCallMs = 8_000;

/**
 * The end of a PushSecret: what it pushed is deleted where deletionPolicy says so. It holds the PushSecret, and with it its
 * namespace, no longer than the deadline: a backend that is dead for ever must not keep a namespace for ever.
 */
export function createFinalizer(deps: FinalizerDeps) {
  const { memory, settings, events, log } = deps;

  return async (request: HookRequest, { signal }: CallContext): Promise<SyncOutcome> => {
    const world = readWorld(request, deps.now(), settings);
    const { uid, object } = world;
    const records = recordsToDelete(world, memory);
    // One that is only looked after by others from now on has to find all in its place.
    if (object.metadata.deletionTimestamp === undefined || records.length === 0)
      return letGo(world, 'Finalized');

    const limits = AbortSignal.any([signal, AbortSignal.timeout(deadlineOfCallMs)]);
    const cleaned = await deleteAll(world, records, { ...deps, signal: limits });
    if (cleaned.remaining.length === 0) return letGo(world, 'Finalized');

    const deletedAt = Date.parse(object.metadata.deletionTimestamp);
    const { cleanUpDeadlineMs } = settings;
    if (world.now - deletedAt < cleanUpDeadlineMs) return hold(world, cleaned, deletedAt);
    const message = `gave up after ${cleanUpDeadlineMs / 1000} s: ${listed(cleaned.remaining)} may still be in the backend`;
    log.warn({ namespace: world.namespace, name: world.name, code: 'CleanUpAbandoned' }, message);
    events.record(object, 'Warning', 'CleanUpAbandoned', message);
    return letGo(world, 'Abandoned');

    function letGo({ status }: World, reason: string): SyncOutcome {
      memory.forget(uid);
      return {
        kind: 'answer',
        response: { status, children: [], finalized: true },
        summary: { decision: 'Finalize', reason },
      };
    }
  };

  function hold(world: World, { remaining, failure }: CleanUp, deletedAt: number): SyncOutcome {
    const { status, now, object, namespace, name } = world;
    const step = failureStep({ now, lastTransition: deletedAt, intervalMs: 0 });
    if (failure === undefined) return answer({ ...status, syncedPushSecrets: syncedOf(remaining) }, step);
    const until = rfc3339(deletedAt + settings.cleanUpDeadlineMs);
    const message = `${failureMessage(failure)}. The PushSecret goes at ${until} at the latest`;
    log.warn({ namespace, name, code: failure.code, cause: failure.cause }, message);
    events.record(object, 'Warning', 'Errored', message);
    const ready = { type: 'Ready', status: 'False', reason: 'Errored', message };
    const conditions = setCondition(status.conditions ?? [], ready, now);
    const next = { ...status, conditions, syncedPushSecrets: syncedOf(remaining) };
    memory.answer(object, next);
    return answer(next, step, failure.cause ?? failure.code);
  }
}

function answer(status: object, stepMs: number, code?: string): SyncOutcome {
  return {
    kind: 'answer',
    response: { status, children: [], resyncAfterSeconds: Math.max(1, stepMs / 1000) },
    summary: { decision: 'Finalize', reason: 'CleanUp', ...(code === undefined ? {} : { code }) },
  };
}

/** All that it may have in the backends: a cache may not show yet what was answered last. */
function recordsToDelete({ uid, status, object }: World, memory: Memory): readonly Recorded[] {
  const { deletionPolicy } = (object.spec ?? {}) as { deletionPolicy?: string };
  if (deletionPolicy !== 'Delete') return [];
  return recordsOf(syncedOf([...recordsOf(status.syncedPushSecrets), ...recordsOf(memory.lastSynced(uid))]));
}

function listed(records: readonly Recorded[]): string {
  const first = records.slice(0, 5).map(({ storeKey, place }) => `${place} of ${storeKey}`);
  const more = records.length - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
