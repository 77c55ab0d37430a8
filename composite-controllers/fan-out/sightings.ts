import { LRUCache } from 'lru-cache';

/** Since when children have been stated without being seen. Soft: a restart only starts anew. */
export interface Sightings {
  /** Notes which namespaces are pending now, and gives those that have been for too long. */
  overdue(uid: string, pending: readonly string[], now: number): ReadonlySet<string>;
}

/** Longer than a cache takes to show what was written. */
const patienceMs = 10_000;

export function createSightings(): Sightings {
  const waiting = new LRUCache<string, ReadonlyMap<string, number>>({ max: 1_000 });
  return {
    overdue(uid, pending, now) {
      const before = waiting.get(uid);
      // Metacontroller writes all children of a pass before it asks again: time counts from the second statement on.
      const since = new Map(
        pending.map((name) => [name, Math.min(before?.has(name) ? now : never, before?.get(name) ?? never)]),
      );
      waiting.set(uid, since);
      return new Set(pending.filter((name) => now - (since.get(name) ?? never) >= patienceMs));
    },
  };
}

const never = Number.POSITIVE_INFINITY;
