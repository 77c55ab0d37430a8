import { Worker } from 'node:worker_threads';
import type { Work, WorkResult } from '../composite-controllers/template/work.ts';
import { createFairQueue } from './fair-queue.ts';

/** How work in the thread ended: with a result, because it took too long or too much memory, or because too much waits before it. */
export type ThreadResult = WorkResult | { readonly kind: 'stopped' } | { readonly kind: 'busy' };

/** One thread for templates that take long. It starts with the first work and ends when it has had none for a while. */
export interface TemplateThread {
  /** Does a tenant's work when its turn comes; rejects with the signal's reason when that aborts first. */
  run(tenant: string, work: Work, signal: AbortSignal): Promise<ThreadResult>;
  /** Ends the thread; whatever is left is stopped. */
  close(): Promise<void>;
}

export interface ThreadOptions {
  /** Longest time for one piece of work, in ms. */
  readonly timeoutMs: number;
  /** Pieces of work that may wait. */
  readonly maxWaiting: number;
  /** Of those, pieces of one tenant. */
  readonly maxOfTenant: number;
  /** Time without work after which the thread ends, in ms. */
  readonly idleMs: number;
}

interface Piece {
  readonly work: Work;
  readonly end: (result: ThreadResult) => void;
}

/** A {@link TemplateThread}. A slow function runs for as long as it is let: only ending its thread stops it. */
export function createTemplateThread(options: ThreadOptions): TemplateThread {
  const { timeoutMs, idleMs } = options;
  const waiting = createFairQueue<Piece>({ most: options.maxWaiting, mostOfOne: options.maxOfTenant });
  let worker: Worker | undefined;
  let state: 'starting' | 'ready' = 'starting';
  let current: Piece | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const start = (): Worker => {
    const started = new Worker(new URL('./template-worker.ts', import.meta.url), {
      // Values are in memory there: it gets nothing that it does not need.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    started.unref();
    started.on('message', (message: 'ready' | WorkResult) => {
      if (started !== worker) return;
      if (message !== 'ready') return settle(message);
      state = 'ready';
      hand();
    });
    // Out of memory, or a bug: in both cases this piece of work does not go on, and others do.
    started.on('error', () => lose(started));
    started.on('exit', () => lose(started));
    return started;
  };

  /** Gives the thread what is next, or lets it end when there is nothing for a while. */
  const hand = () => {
    if (current !== undefined) return;
    if (waiting.size > 0 && worker === undefined) {
      state = 'starting';
      worker = start();
    }
    const free = worker;
    if (free === undefined || state === 'starting') return;
    current = waiting.shift();
    clearTimeout(timer);
    timer = setTimeout(() => lose(free), current === undefined ? idleMs : timeoutMs);
    timer.unref();
    if (current !== undefined) free.postMessage(current.work);
  };

  const settle = (result: ThreadResult) => {
    const done = current;
    current = undefined;
    done?.end(result);
    hand();
  };

  const lose = (lost: Worker) => {
    if (lost !== worker) return;
    worker = undefined;
    clearTimeout(timer);
    void lost.terminate();
    // A thread that does not start now is not started over and over.
    if (state === 'starting') for (const { end } of waiting.drain()) end({ kind: 'stopped' });
    settle({ kind: 'stopped' });
  };

  return {
    run(tenant, work, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<ThreadResult>();
      const piece: Piece = { work, end: resolve };
      if (closed || !waiting.push(tenant, piece)) return Promise.resolve({ kind: 'busy' });
      const abandon = () => {
        reject(signal.reason);
        if (!waiting.remove(piece) && current === piece && worker !== undefined) lose(worker);
      };
      signal.addEventListener('abort', abandon, { once: true });
      hand();
      return promise.finally(() => signal.removeEventListener('abort', abandon));
    },
    async close() {
      closed = true;
      for (const { end } of waiting.drain()) end({ kind: 'stopped' });
      const last = worker;
      if (last === undefined) return;
      lose(last);
      await last.terminate();
    },
  };
}
