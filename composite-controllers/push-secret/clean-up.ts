import type { Backends } from '../../providers/backends.ts';
import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Log } from '../lib/ports.ts';
import { accessTo, mayUse } from '../secret-store/access.ts';
import type { StoreView } from '../secret-store/view.ts';
import { recordWrite } from './audit.ts';
import type { PushFailure } from './errors.ts';
import type { Memory } from './memory.ts';
import { causeOf } from './push.ts';
import type { Recorded } from './synced.ts';
import type { World } from './world.ts';

/** What became of a clean-up. */
export interface CleanUp {
  /** What is still there, as far as is known. */
  readonly remaining: readonly Recorded[];
  /** Why the first of them is; undefined when the backend only has enough to do. */
  readonly failure?: PushFailure;
}

export interface CleanUpDeps {
  readonly backends: Backends;
  readonly memory: Memory;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const deletionsAtOnce = 8;

/**
 * Deletes what was pushed. What another PushSecret wants in the same place is left to it, and what is not ours was never
 * touched: both count as gone. One that fails stops no other.
 */
export async function deleteAll(
  world: World,
  records: readonly Recorded[],
  deps: CleanUpDeps,
): Promise<CleanUp> {
  const results = await mapConcurrently(records, deletionsAtOnce, (record) => deleteOne(world, record, deps));
  const remaining = records.filter((_, index) => results[index] !== 'gone');
  const failure = results.find((result): result is PushFailure => typeof result === 'object');
  return { remaining, ...(failure === undefined ? {} : { failure }) };
}

async function deleteOne(
  world: World,
  { storeKey, place, entry }: Recorded,
  { backends, memory, log, signal }: CleanUpDeps,
): Promise<'gone' | 'busy' | PushFailure> {
  const { remoteKey, property = '' } = entry.match.remoteRef;
  const why = `could not delete remote ref ${place} of ${storeKey}`;
  const view = viewOf(storeKey, world, memory);
  if (view === undefined) {
    const advice = 'create the store again, or set deletionPolicy to None and see to the backend yourself';
    return {
      code: 'CleanUpFailed',
      detail: `${why}: the store does not exist`,
      advice,
      cause: 'StoreMissing',
    };
  }
  const destination = JSON.stringify([view.handle.uid, remoteKey, property]);
  if (memory.claims.isWanted(world.uid, destination, world.now)) return 'gone';
  if (!mayUse(accessTo(view, world.consumer), remoteKey)) {
    const detail = `${why}: the store does not give it to namespace "${world.namespace}"`;
    return { code: 'CleanUpFailed', detail, cause: 'StoreForbidden' };
  }
  try {
    const target = property === '' ? { remoteKey } : { remoteKey, property };
    const outcome = await backends.delete(view.handle, world.namespace, target, signal);
    if (outcome === 'deleted' || outcome === 'property-deleted')
      recordWrite(log, world, view, 'Deleted', place);
    return 'gone';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.retry === 'absent') return 'gone';
    return error.retry === 'busy' ? 'busy' : { code: 'CleanUpFailed', ...causeOf(error, why) };
  }
}

/**
 * The store; with a namespace its stores are deleted first, and then the one that was used last is good enough for what it
 * holds. While the namespace lives, a store that somebody deleted is to be used no more.
 */
function viewOf(storeKey: string, world: World, memory: Memory): StoreView | undefined {
  const view = world.stores.get(storeKey)?.view;
  return view ?? (world.isNamespaceGoing ? memory.stores(world.uid).get(storeKey) : undefined);
}
