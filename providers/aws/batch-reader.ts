import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { callMs, type Retry } from '../kit/retry.ts';

/** A secret as the backend is asked for it, and as errors name it. */
export interface Wanted {
  readonly id: string;
  readonly what: string;
}

export interface BatchReaderOptions {
  /** How many secrets one batch may hold. */
  readonly size: number;
  /** Reads one secret; its error is what counts. */
  readonly one: (wanted: Wanted, signal: AbortSignal) => Promise<Uint8Array>;
  /** Reads several; what it leaves out, for whatever reason, is read by `one`. */
  readonly many: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Uint8Array>>;
  readonly now: () => number;
  /** A batch gets time for the repetitions that the store asks for. */
  readonly retry?: Retry | undefined;
}

/** Reads of one identity: as few calls as the backend allows, with the answers that single calls would give. */
export interface BatchReader {
  /** Goes into one batch with what else is asked for in the same turn of the event loop. */
  read(wanted: Wanted, signal: AbortSignal): Promise<Uint8Array>;
  /** All of them, by id; those that the backend does not know are left out. Throws the first other failure. */
  readAll(wanted: readonly Wanted[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
}

interface Waiting extends Wanted {
  readonly signal: AbortSignal;
  readonly settle: (value: Promise<Uint8Array>) => void;
}

/** Policies of least privilege seldom grant the batch action; a refusal is remembered so long. */
const deniedForMs = 3_600_000;
const batchTimeoutMs = 10_000;
const batchesAtOnce = 4;
const singlesAtOnce = 4;

export function createBatchReader(options: BatchReaderOptions): BatchReader {
  const { size, one, many, now, retry } = options;
  let deniedUntil = Number.NEGATIVE_INFINITY;
  let waiting: Waiting[] = [];

  const readBatch = async (wanted: readonly Wanted[], signal: AbortSignal) => {
    const ids = [...new Set(wanted.map(({ id }) => id))];
    if (ids.length < 2 || now() < deniedUntil) return new Map<string, Uint8Array>();
    try {
      return await many(ids, signal);
    } catch (error) {
      // One key that AWS rejects must not fail the others; a denial or rejection of a single read is told by that read.
      if (!(error instanceof ProviderError) || error.retry !== 'user') throw error;
      if (error.code === 'Denied') deniedUntil = now() + deniedForMs;
      return new Map<string, Uint8Array>();
    }
  };

  const readTogether = async (entries: readonly Waiting[]) => {
    try {
      const values = await readBatch(entries, AbortSignal.timeout(callMs(retry, batchTimeoutMs)));
      for (const entry of entries) {
        const value = values.get(entry.id);
        entry.settle(value === undefined ? one(entry, entry.signal) : Promise.resolve(value));
      }
    } catch (error) {
      for (const { settle } of entries) settle(Promise.reject(error));
    }
  };

  const flush = () => {
    const entries = waiting;
    waiting = [];
    for (const chunk of chunks(entries, size)) void readTogether(chunk);
  };

  return {
    read(wanted, signal) {
      return new Promise((resolve, reject) => {
        const expire = () => reject(new ProviderError('Timeout', { what: wanted.what }));
        if (signal.aborted) return expire();
        signal.addEventListener('abort', expire, { once: true });
        const settle = (value: Promise<Uint8Array>) => {
          signal.removeEventListener('abort', expire);
          value.then(resolve, reject);
        };
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ ...wanted, signal, settle });
      });
    },
    async readAll(wanted, signal) {
      const maps = await mapConcurrently(chunks(wanted, size), batchesAtOnce, async (chunk) => {
        const values = new Map(await readBatch(chunk, signal));
        const missing = chunk.filter(({ id }) => !values.has(id));
        await mapConcurrently(missing, singlesAtOnce, async (single) => {
          const value = await one(single, signal).catch(ignoreAbsence);
          if (value !== undefined) values.set(single.id, value);
        });
        return values;
      });
      return new Map(maps.flatMap((map) => [...map]));
    },
  };
}

/** A secret that was listed and is gone when it is read. */
function ignoreAbsence(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
  throw error;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
