import type { Clock } from './clock.ts';

/**
 * The work queue of one controller: a key waits at most once, is never given out twice at a time, and comes again when
 * it was added while in work (client-go's workqueue with its default rate limiter; specification section 5.4).
 */
export interface WorkQueue {
  add(key: string): void;
  /** Adds after `ms`; of several pending times of a key the earliest wins, and none is ever cancelled. */
  addAfter(key: string, ms: number): void;
  /** Adds after the back-off of a failed key; counts the failure. */
  addRateLimited(key: string): void;
  /** Resets the failure count of a key. */
  forget(key: string): void;
  /** Takes the next ready key, `undefined` when none is ready. */
  take(): string | undefined;
  /** Waits for the next ready key; `undefined` after `shutDown`. */
  next(): Promise<string | undefined>;
  /** Must follow every key taken, when its work has ended. */
  done(key: string): void;
  /** Drops what waits, and everything added from now on. */
  shutDown(): void;
  /** How many keys are ready, in work, and waiting for their time. */
  size(): { ready: number; working: number; delayed: number };
}

const firstDelay = 5;
const longestDelay = 1_000_000;
const bucketRate = 10 / 1000;
const bucketSize = 100;

/** Returns an empty queue on `clock`. */
export function createQueue(clock: Clock): WorkQueue {
  const ready: string[] = [];
  const dirty = new Set<string>();
  const working = new Set<string>();
  const delayed = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  const waiters: ((key: string | undefined) => void)[] = [];
  const reserve = tokenBucket(clock);
  let open = true;

  function take(): string | undefined {
    const key = ready.shift();
    if (key !== undefined) {
      dirty.delete(key);
      working.add(key);
    }
    return key;
  }

  function offer(key: string): void {
    ready.push(key);
    const waiter = waiters.shift();
    if (waiter !== undefined) waiter(take());
  }

  function add(key: string): void {
    if (!open || dirty.has(key)) return;
    dirty.add(key);
    if (!working.has(key)) offer(key);
  }

  function addAfter(key: string, ms: number): void {
    if (!open) return;
    if (ms <= 0) {
      add(key);
      return;
    }
    const at = clock.now() + ms;
    const pending = delayed.get(key);
    if (pending !== undefined) {
      if (pending.at <= at) return;
      pending.cancel();
    }
    const cancel = clock.setTimer(() => {
      delayed.delete(key);
      add(key);
    }, ms);
    delayed.set(key, { at, cancel });
  }

  return {
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const delay = Math.min(firstDelay * 2 ** count, longestDelay);
      addAfter(key, Math.max(delay, reserve()));
    },
    forget(key) {
      failures.delete(key);
    },
    take,
    next() {
      if (!open) return Promise.resolve(undefined);
      const key = take();
      return key === undefined ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve(key);
    },
    done(key) {
      working.delete(key);
      if (dirty.has(key)) offer(key);
    },
    shutDown() {
      open = false;
      ready.length = 0;
      dirty.clear();
      for (const { cancel } of delayed.values()) cancel();
      delayed.clear();
      for (const waiter of waiters.splice(0)) waiter(undefined);
    },
    size: () => ({ ready: ready.length, working: working.size, delayed: delayed.size }),
  };
}

/** Runs `count` workers until the queue is shut down; resolves when the last one has ended. */
export async function runWorkers(
  queue: WorkQueue,
  count: number,
  work: (key: string) => Promise<void>,
): Promise<void> {
  const worker = async () => {
    for (let key = await queue.next(); key !== undefined; key = await queue.next()) {
      try {
        await work(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
}

/** Returns a function that takes one token and tells how many milliseconds to wait for it. */
function tokenBucket(clock: Clock): () => number {
  let tokens = bucketSize;
  let filledAt = clock.now();
  return () => {
    const now = clock.now();
    tokens = Math.min(bucketSize, tokens + (now - filledAt) * bucketRate) - 1;
    filledAt = now;
    return tokens < 0 ? -tokens / bucketRate : 0;
  };
}
