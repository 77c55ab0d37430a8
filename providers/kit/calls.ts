import { ProviderError } from './errors.ts';
import type { ConnectDeps } from './provider.ts';

/** What a call of a backend's API takes of the client's surroundings. */
export type CallDeps = Pick<ConnectDeps, 'countCall' | 'paceCall'>;

/** One call: the API's own name of its operation, and the signal that ends the wait for its turn. */
export interface Call {
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes one call of a backend's API in its turn under the vendor's rate limits, and counts how it ended; that a thing does
 * not exist is no failure. Throws what `work` throws, and `RateLimited` when no turn comes soon.
 */
export async function makeCall<T>(
  deps: CallDeps,
  { name, signal }: Call,
  work: () => Promise<T>,
  succeeded: (answer: T) => boolean = () => true,
): Promise<T> {
  await deps.paceCall?.(name, signal);
  let answer: T;
  try {
    answer = await work();
  } catch (error) {
    const isAbsent = error instanceof ProviderError && error.code === 'NotFound';
    deps.countCall(name, isAbsent ? 'success' : 'error');
    throw error;
  }
  deps.countCall(name, succeeded(answer) ? 'success' : 'error');
  return answer;
}

/** Whether an HTTP answer is one, be it that there is nothing. */
export function answers({ status }: { readonly status: number }): boolean {
  return status < 300 || status === 404;
}
