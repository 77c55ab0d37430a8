import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';
import { createInformer, type Informer } from './informer.ts';

/** One informer for each type, shared by its users and stopped by the last of them. */
export interface InformerPool {
  acquire(type: ResourceType): Informer;
  release(informer: Informer): void;
  /** The informers in use. */
  all(): Informer[];
}

/** Returns an empty pool; what a subscriber throws goes to `onError`. */
export function createInformerPool(
  api: KubeApi,
  clock: Clock,
  onError: (error: unknown) => void,
): InformerPool {
  const pool = new Map<string, { informer: Informer; users: number }>();
  const keyOf = ({ resource, group, version }: ResourceType) => `${resource}.${group}/${version}`;

  return {
    acquire(type) {
      const key = keyOf(type);
      let entry = pool.get(key);
      if (entry === undefined) {
        entry = { informer: createInformer(api, type, clock, onError), users: 0 };
        pool.set(key, entry);
        entry.informer.start();
      }
      entry.users++;
      return entry.informer;
    },
    release(informer) {
      const key = keyOf(informer.type);
      const entry = pool.get(key);
      if (entry === undefined) return;
      entry.users--;
      if (entry.users > 0) return;
      pool.delete(key);
      informer.stop();
    },
    all: () => [...pool.values()].map(({ informer }) => informer),
  };
}

/** True when the cache holds exactly what the API server has now; a held informer counts as up to date. */
export async function isUpToDate(api: KubeApi, informer: Informer): Promise<boolean> {
  if (informer.pending() !== undefined) return true;
  if (!informer.synced()) return false;
  const { items } = await api.list(informer.type);
  return (
    items.length === informer.list().length &&
    items.every(({ metadata }) => {
      const cached = informer.get(metadata.namespace, metadata.name);
      return cached?.metadata.resourceVersion === metadata.resourceVersion;
    })
  );
}
