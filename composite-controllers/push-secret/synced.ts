import type { PlannedPush } from './plan.ts';
import type { PushedEntry, SyncedPushSecrets } from './schema.ts';

/** One recorded thing in a backend. */
export interface Recorded {
  readonly storeKey: string;
  readonly place: string;
  readonly entry: PushedEntry;
}

/** All records of a status, one by one. */
export function recordsOf(synced: SyncedPushSecrets | undefined): readonly Recorded[] {
  return Object.entries(synced ?? {}).flatMap(([storeKey, places]) =>
    Object.entries(places).map(([place, entry]) => ({ storeKey, place, entry })),
  );
}

/** Records as a status has them; later ones replace earlier ones of the same place. */
export function syncedOf(records: readonly Recorded[]): SyncedPushSecrets {
  const stores = new Map<string, Map<string, PushedEntry>>();
  for (const { storeKey, place, entry } of records) {
    const places = stores.get(storeKey) ?? new Map();
    stores.set(storeKey, places.set(place, entry));
  }
  return Object.fromEntries([...stores].map(([storeKey, places]) => [storeKey, Object.fromEntries(places)]));
}

/**
 * What was pushed and is wanted no more. A secret whose properties are pushed now, or that is pushed as a whole now, holds
 * what is wanted: to delete it, or a property of it, would take that along.
 */
export function obsolete(
  before: SyncedPushSecrets | undefined,
  pushes: readonly Pick<PlannedPush, 'storeKey' | 'push'>[],
): readonly Recorded[] {
  const wanted = Map.groupBy(pushes, ({ storeKey, push }) => JSON.stringify([storeKey, push.remoteKey]));
  return recordsOf(before).filter(({ storeKey, entry }) => {
    const { remoteKey, property } = entry.match.remoteRef;
    const inIt = wanted.get(JSON.stringify([storeKey, remoteKey])) ?? [];
    return !inIt.some(({ push }) => !property || !push.property || push.property === property);
  });
}
