import { setTimeout as sleep } from 'node:timers/promises';

/** How often and how soon one call of the backend is repeated, as the store asks (`spec.retrySettings`, spec core 2.1). */
export interface Retry {
  /** Absent: what the provider says. */
  readonly maxRetries?: number;
  /** Milliseconds between an answer and the next attempt. Absent: one second. */
  readonly intervalMs?: number;
}

/** How one attempt ended. */
export type Attempted<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface RepeatOptions<T> {
  /** How many attempts may follow the first. */
  readonly retries: number;
  readonly intervalMs: number | undefined;
  /** Whether the next attempt may end better. */
  readonly isTransient: (outcome: Attempted<T>) => boolean;
  /** Ends the pauses: what the last attempt came to stands then. */
  readonly signal?: AbortSignal | undefined;
}

const defaultIntervalMs = 1_000;
/** More than anybody waits for; a store asks for what it likes. */
const mostRetries = 10;
const longestIntervalMs = 60_000;

/** Attempts until one is not worth repeating, at a fixed pace. Throws what the last attempt threw. */
export async function repeat<T>(attempt: () => Promise<T>, options: RepeatOptions<T>): Promise<T> {
  const { intervalMs, isTransient, signal } = options;
  const retries = Math.min(options.retries, mostRetries);
  for (let repeated = 0; ; repeated++) {
    const outcome = await attempt().then(
      (value): Attempted<T> => ({ kind: 'value', value }),
      (error: unknown): Attempted<T> => ({ kind: 'failed', error }),
    );
    const isLast = repeated >= retries || !isTransient(outcome) || !(await pause(intervalMs, signal));
    if (!isLast) continue;
    if (outcome.kind === 'failed') throw outcome.error;
    return outcome.value;
  }
}

/** Milliseconds that a read may take beside its first attempt. */
export function retryBudgetMs(retry: Retry | undefined, attemptMs: number): number {
  const retries = Math.min(Math.max(retry?.maxRetries ?? 0, 0), mostRetries);
  return retries * (attemptMs + intervalOf(retry?.intervalMs));
}

/** Resolves to false when the signal ended the wait. */
async function pause(intervalMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(intervalOf(intervalMs), undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

function intervalOf(intervalMs = defaultIntervalMs): number {
  return Math.min(Math.max(intervalMs, 0), longestIntervalMs);
}
