import { LRUCache } from 'lru-cache';
import { createAnsweredStatuses } from '../lib/answered-status.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { StoreView } from '../secret-store/view.ts';
import { type Claims, createClaims } from './claims.ts';
import type { PushSecretStatus, SyncedPushSecrets } from './schema.ts';

/** What one replica remembers, and may forget at any time: a restart costs a comparison with the backend here and there. */
export interface Memory {
  readonly claims: Claims;
  /** The status that was answered last, as long as the one before it is shown. */
  answered(object: KubeObject): PushSecretStatus | undefined;
  answer(object: KubeObject, status: PushSecretStatus): void;
  /** What the last answer said that is in the backends, whatever is shown: for the end of a PushSecret. */
  lastSynced(uid: string): SyncedPushSecrets | undefined;
  /** Whether the attempt has already written this value to this place. */
  isDone(uid: string, attempt: string, place: string, digest: string): boolean;
  done(uid: string, attempt: string, place: string, digest: string): void;
  /** The stores that a PushSecret last pushed into: they go first when a namespace is deleted. */
  stores(uid: string): ReadonlyMap<string, StoreView>;
  keepStores(uid: string, stores: ReadonlyMap<string, StoreView>): void;
  forget(uid: string): void;
}

interface Progress {
  readonly attempt: string;
  readonly written: Map<string, string>;
}

/** An empty {@link Memory}. */
export function createMemory(): Memory {
  const answers = createAnsweredStatuses<PushSecretStatus>();
  const synced = new LRUCache<string, SyncedPushSecrets>({ max: 10_000 });
  const progress = new LRUCache<string, Progress>({ max: 10_000 });
  const stores = new LRUCache<string, ReadonlyMap<string, StoreView>>({ max: 10_000 });
  const claims = createClaims();
  return {
    claims,
    answered: answers.get,
    answer(object, status) {
      answers.set(object, status);
      synced.set(object.metadata.uid ?? '', status.syncedPushSecrets ?? {});
    },
    lastSynced: (uid) => synced.get(uid),
    isDone(uid, attempt, place, digest) {
      const known = progress.get(uid);
      return known?.attempt === attempt && known.written.get(place) === digest;
    },
    done(uid, attempt, place, digest) {
      const known = progress.get(uid);
      const current = known?.attempt === attempt ? known : { attempt, written: new Map() };
      current.written.set(place, digest);
      progress.set(uid, current);
    },
    stores: (uid) => stores.get(uid) ?? new Map(),
    keepStores: (uid, views) => void stores.set(uid, views),
    forget(uid) {
      for (const cache of [synced, progress, stores]) cache.delete(uid);
      claims.release(uid);
    },
  };
}
