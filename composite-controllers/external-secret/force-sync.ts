import { LRUCache } from 'lru-cache';
import { forceSyncAnnotation } from '../lib/names.ts';
import { type RefreshReason, refreshedAt } from './refresh.ts';
import type { World } from './world.ts';

/** For so long the same value is the same request: one `kubectl annotate --all` reads each key once. */
const oneRequestMs = 60_000;

/** Remembers since when each value of the force-sync annotation has been seen. */
export interface ForcedSyncs {
  /** The moment (ms) from which a read has to be, or undefined when no fresh read was asked for. */
  notBefore(world: World, reason: RefreshReason): number | undefined;
}

/** An empty {@link ForcedSyncs}. */
export function createForcedSyncs(): ForcedSyncs {
  const since = new LRUCache<string, number>({ max: 10_000 });
  return {
    notBefore(world, reason) {
      const value = world.object.metadata.annotations?.[forceSyncAnnotation];
      if (value === undefined || reason !== 'Changed') return undefined;
      const known = since.get(value);
      const isSame = known !== undefined && world.now - known < oneRequestMs && !hasReadSince(world, known);
      if (isSame) return known;
      since.set(value, world.now);
      return world.now;
    },
  };
}

/** Then somebody else used the same value before, and what this one has read since is what it is to be rid of. */
function hasReadSince(world: World, moment: number): boolean {
  // A status has whole seconds.
  return (refreshedAt(world) ?? Number.NEGATIVE_INFINITY) + 999 >= moment;
}
