import type { Backends } from '../../providers/backends.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { RemoteRef } from '../../providers/kit/provider.ts';
import type { Plan, Read } from './plan.ts';
import { intervalMs, refreshedAt } from './refresh.ts';
import type { ReadResult } from './values.ts';
import type { World } from './world.ts';

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
  const one = async (read: Read): Promise<[string, ReadResult]> => {
    const store = world.stores.get(read.store);
    if (store === undefined) throw new Error('a planned read has no store');
    const { handle } = store;
    try {
      return read.kind === 'key'
        ? [read.id, { secret: await backends.read(handle, world.namespace, refOf(read), options) }]
        : [read.id, { found: await backends.find(handle, world.namespace, read.query, options) }];
    } catch (error) {
      if (error instanceof ProviderError) return [read.id, { error }];
      throw error;
    }
  };
  return new Map(await Promise.all(reads.map(one)));
}

function refOf({ ref, properties }: Extract<Read, { kind: 'key' }>): RemoteRef {
  return { ...ref, properties };
}
