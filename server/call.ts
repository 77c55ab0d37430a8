import type { ServerResponse } from 'node:http';
import { HookError } from './errors.ts';

/** One call's limits: ends with its deadline, or with the caller. */
export interface Call {
  /** Aborted when the deadline has passed or the caller is gone. */
  readonly signal: AbortSignal;
  /** What the work comes to. Rejects with `Overdue` when it still runs a second after the signal. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Seconds since the call was started. */
  seconds(): number;
  end(): void;
}

/** Time for a controller to answer what it has, once its signal has told it to. */
const graceMs = 1_000;

/** Starts the clock of a call whose answer goes to this response. */
export function startCall(response: ServerResponse, deadlineMs: number): Call {
  const startedAt = performance.now();
  const controller = new AbortController();
  const overdue = Promise.withResolvers<never>();
  overdue.promise.catch(() => {});
  let grace: NodeJS.Timeout | undefined;
  const over = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    grace = setTimeout(() => overdue.reject(new HookError('Overdue', 2)), graceMs);
  };
  const deadline = setTimeout(over, deadlineMs);
  const gone = () => {
    if (!response.writableEnded) over();
  };
  response.once('close', gone);
  return {
    signal: controller.signal,
    settle: (work) => Promise.race([work, overdue.promise]),
    seconds: () => (performance.now() - startedAt) / 1_000,
    end() {
      clearTimeout(deadline);
      clearTimeout(grace);
      response.removeListener('close', gone);
    },
  };
}

/** An abort that follows our own signal is no bug: the work ends, and is asked for again. */
export function refusalFor(error: unknown, { signal }: Call): HookError {
  if (error instanceof HookError) return error;
  const aborted = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
  return signal.aborted && aborted ? new HookError('Overdue', 2) : new HookError('Bug');
}
