import { LRUCache } from 'lru-cache';
import type { Freshness } from './backends.ts';
import { ProviderError } from './kit/errors.ts';

/** What one read came to: a value, or the backend's own statement that there is none. */
type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent'; readonly error: ProviderError };

interface Finished<T> {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome<T>;
}

interface Running<T> {
  readonly startedAt: number;
  readonly outcome: Promise<Outcome<T>>;
  /** What it reads may be older than a write that has ended, so nobody else gets it. */
  outdated: boolean;
}

export interface CoalescerOptions {
  readonly now: () => number;
  /** No answer is shared for longer than this, in ms. */
  readonly windowMs: number;
  /** Bytes of answers kept; the oldest go first. */
  readonly maxBytes: number;
}

/** How an answer was got, and whether it cost a read of its own. */
export interface Shared<T> {
  readonly value: T;
  readonly source: 'read' | 'shared';
}

/**
 * Makes one read of many: callers of the same key share the read that is running, or one that ended recently enough.
 * Values and "does not exist" are shared; failures only among those who waited for them.
 */
export interface Coalescer<T> {
  get(
    key: string,
    freshness: Freshness,
    read: () => Promise<T>,
    sizeOf: (value: T) => number,
  ): Promise<Shared<T>>;
  /** What was read or is being read under keys that begin so is given to nobody else. */
  forget(prefix: string): void;
}

/** A {@link Coalescer} in the memory of this process. */
export function createCoalescer<T>({ now, windowMs, maxBytes }: CoalescerOptions): Coalescer<T> {
  const running = new Map<string, Running<T>>();
  const finished = new LRUCache<string, Finished<T>>({ maxSize: maxBytes });

  const isFresh = (entry: { startedAt: number; endedAt?: number }, freshness: Freshness) =>
    entry.startedAt >= (freshness.notBefore ?? Number.NEGATIVE_INFINITY) &&
    (entry.endedAt === undefined || now() - entry.endedAt <= Math.min(windowMs, freshness.maxAgeMs));

  const start = (key: string, read: () => Promise<T>, sizeOf: (value: T) => number): Promise<Outcome<T>> => {
    const startedAt = now();
    const outcome = settle(read);
    const entry: Running<T> = { startedAt, outcome, outdated: false };
    running.set(key, entry);
    const done = () => {
      if (running.get(key) === entry) running.delete(key);
    };
    outcome.then((result) => {
      done();
      if (entry.outdated) return;
      // A slow read that began before one that has ended meanwhile knows less than that one.
      if ((finished.peek(key)?.startedAt ?? startedAt) > startedAt) return;
      const size = (result.kind === 'value' ? sizeOf(result.value) : 0) + key.length + 128;
      if (size <= maxBytes) finished.set(key, { startedAt, endedAt: now(), outcome: result }, { size });
    }, done);
    return outcome;
  };

  return {
    async get(key, freshness, read, sizeOf) {
      const past = finished.get(key);
      if (past !== undefined && isFresh(past, freshness)) return unwrap(past.outcome, 'shared');
      const present = running.get(key);
      if (present !== undefined && isFresh(present, freshness))
        return unwrap(await present.outcome, 'shared');
      return unwrap(await start(key, read, sizeOf), 'read');
    },
    forget(prefix) {
      for (const key of finished.keys()) if (key.startsWith(prefix)) finished.delete(key);
      for (const [key, entry] of running) {
        if (!key.startsWith(prefix)) continue;
        entry.outdated = true;
        running.delete(key);
      }
    },
  };
}

async function settle<T>(read: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'value', value: await read() };
  } catch (error) {
    if (error instanceof ProviderError && error.retry === 'absent') return { kind: 'absent', error };
    throw error;
  }
}

function unwrap<T>(outcome: Outcome<T>, source: 'read' | 'shared'): Shared<T> {
  if (outcome.kind === 'absent') throw outcome.error;
  return { value: outcome.value, source };
}
