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
/** A store asks for what it likes; a read and its repetitions are over within two minutes all the same. */
const mostRetries = 10;
const longestMs = 110_000;

/** Attempts until one is not worth repeating, at a fixed pace, for at most two minutes. Throws what the last attempt threw. */
export async function repeat<T>(attempt: () => Promise<T>, options: RepeatOptions<T>): Promise<T> {
  const { isTransient, signal } = options;
  const retries = Math.min(options.retries, mostRetries);
  const intervalMs = intervalOf(options.intervalMs);
  const startedAt = performance.now();
  const isTimeLeft = () => performance.now() - startedAt + intervalMs <= longestMs;
  for (let repeated = 0; ; repeated++) {
    const outcome = await attempt().then(
      (value): Attempted<T> => ({ kind: 'value', value }),
      (error: unknown): Attempted<T> => ({ kind: 'failed', error }),
    );
    const isWorthIt = repeated < retries && isTransient(outcome) && isTimeLeft();
    if (isWorthIt && (await pause(intervalMs, signal))) continue;
    if (outcome.kind === 'failed') throw outcome.error;
    return outcome.value;
  }
}

/** Milliseconds for a call of the backend with the repetitions that its store asks for, each of which may take `attemptMs`. */
export function callMs(retry: Retry | undefined, attemptMs: number): number {
  const retries = Math.min(Math.max(retry?.maxRetries ?? 0, 0), mostRetries);
  const wanted = attemptMs + retries * (attemptMs + intervalOf(retry?.intervalMs));
  return Math.min(wanted, longestMs + attemptMs);
}

/** Resolves to false when the signal ended the wait. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

function intervalOf(intervalMs = defaultIntervalMs): number {
  return Math.max(intervalMs, 0);
}
