import type { Backends } from '../../providers/backends.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { FindQuery, RemoteRef, SecretMap } from '../../providers/kit/provider.ts';
import { type Access, accessTo, mayUse } from '../secret-store/access.ts';
import type { StoreView } from '../secret-store/view.ts';
import type { Plan, Read } from './plan.ts';
import { intervalMs, refreshedAt } from './refresh.ts';
import type { ReadResult } from './values.ts';
import { consumerOf, type World } from './world.ts';

export interface FetchOptions {
  /** No answer from before this moment (ms) will do: a force-sync was asked for. */
  readonly notBefore: number | undefined;
  readonly signal: AbortSignal;
}

/** Makes the reads of a plan, all at once. Never throws: each read has its own result. */
export async function fetchAll(
  world: World,
  { reads }: Plan,
  backends: Backends,
  { notBefore, signal }: FetchOptions,
): Promise<ReadonlyMap<string, ReadResult>> {
  const interval = intervalMs(world);
  const options = {
    maxAgeMs: interval > 0 ? interval / 2 : Number.POSITIVE_INFINITY,
    ...(notBefore === undefined ? {} : { notBefore }),
    priority: refreshedAt(world) === undefined ? ('first-sync' as const) : ('refresh' as const),
    signal,
  };
  const find = async (store: StoreView, query: FindQuery): Promise<SecretMap> => {
    const access = accessTo(store, consumerOf(world));
    if (access.kind === 'all') return backends.find(store.handle, world.namespace, query, options);
    const found = await backends.find(store.handle, world.namespace, query, { ...options, byKey: true });
    return onlyGranted(found, access);
  };
  const one = async (read: Read): Promise<[string, ReadResult]> => {
    const store = world.stores.get(read.store);
    if (store === undefined) throw new Error('a planned read has no store');
    const { handle } = store;
    try {
      return read.kind === 'key'
        ? [read.id, { secret: await backends.read(handle, world.namespace, refOf(read), options) }]
        : [read.id, { found: await find(store, read.query) }];
    } catch (error) {
      if (error instanceof ProviderError) return [read.id, { error }];
      throw error;
    }
  };
  return new Map(await Promise.all(reads.map(one)));
}

/** What was found and is not granted is left out; but to find nothing else is no absence, which deletes (design rule 6). */
function onlyGranted(found: SecretMap, access: Access): SecretMap {
  const granted = new Map([...found].filter(([key]) => mayUse(access, key)));
  if (granted.size === 0 && found.size > 0) throw new ProviderError('NotGranted', { what: 'dataFrom.find' });
  return granted;
}

function refOf({ ref, properties }: Extract<Read, { kind: 'key' }>): RemoteRef {
  return { ...ref, properties };
}
