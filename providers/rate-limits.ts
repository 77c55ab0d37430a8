import { LRUCache } from 'lru-cache';
import { ProviderError } from './kit/errors.ts';
import type { RateLimit } from './kit/rate-limit.ts';

/** How a call got its turn; `refused`: none came soon. */
export type Turn = 'at once' | 'waited' | 'refused';

/** The turns of one identity's calls under its vendor's limits. */
export interface Pace {
  /** Resolves when the call may be made. Throws `RateLimited`, which says when to come again, or `Timeout`. */
  take(call: string, signal?: AbortSignal): Promise<Exclude<Turn, 'refused'>>;
}

/** All token buckets of this process: one for each limit and whom it counts. */
export interface RateLimits {
  paceOf(provider: string, limits: readonly RateLimit[], identity: string): Pace;
}

export interface RateLimitsOptions {
  readonly now: () => number;
  /** Buckets in memory; the one that was used least recently goes first, and begins full when it comes back. */
  readonly max?: number;
  /** A caller waits no longer than this for its turn. */
  readonly maxWaitMs?: number;
}

interface Bucket {
  /** Below zero: turns that were given and whose time has not come. */
  tokens: number;
  filledAt: number;
}

const longestWaitMs = 2_000;
const mostBuckets = 4_000;

/** {@link RateLimits} in memory. Burst and refill together never exceed the limit, whatever span of time one looks at. */
export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { now, max = mostBuckets, maxWaitMs = longestWaitMs } = options;
  const buckets = new LRUCache<string, Bucket>({ max });

  const filled = (key: string, limit: RateLimit): Bucket => {
    const at = now();
    const known = buckets.get(key);
    const bucket = known ?? { tokens: burstOf(limit), filledAt: at };
    const elapsed = Math.max(0, at - bucket.filledAt);
    bucket.tokens = Math.min(burstOf(limit), bucket.tokens + elapsed * perMs(limit));
    bucket.filledAt = at;
    if (known === undefined) buckets.set(key, bucket);
    return bucket;
  };

  return {
    paceOf(provider, limits, identity) {
      const named = limits.map((limit, index) => ({
        limit,
        key: JSON.stringify([provider, index, identity, limit.per ?? '']),
      }));
      return {
        async take(call, signal) {
          const mine = named
            .filter(({ limit }) => limit.of?.includes(call) ?? true)
            .map(({ limit, key }) => ({ limit, bucket: filled(key, limit) }));
          const waits = mine.map(({ limit, bucket }) => (1 - bucket.tokens) / perMs(limit));
          const waitMs = Math.max(0, ...waits);
          if (waitMs > maxWaitMs) {
            const scarce = mine[waits.indexOf(waitMs)]?.limit;
            throw new ProviderError('RateLimited', {
              ...(scarce === undefined ? {} : { limit: scarce.calls, perSeconds: scarce.seconds }),
              retryAfter: Math.ceil(waitMs / 1000),
            });
          }
          for (const { bucket } of mine) bucket.tokens--;
          if (waitMs === 0) return 'at once';
          await pause(waitMs, signal);
          return 'waited';
        },
      };
    },
  };
}

function burstOf({ calls, burst }: RateLimit): number {
  return Math.max(1, burst ?? Math.floor(calls / 5));
}

function perMs(limit: RateLimit): number {
  return Math.max(1, limit.calls - burstOf(limit)) / (limit.seconds * 1000);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new ProviderError('Timeout'));
    const end = () => {
      clearTimeout(timer);
      reject(new ProviderError('Timeout'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, Math.ceil(ms));
    signal?.addEventListener('abort', end, { once: true });
  });
}
