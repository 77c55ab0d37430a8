import { type CallDeps, makeCall } from '../kit/calls.ts';
import { ProviderError, type ProviderErrorCode } from '../kit/errors.ts';
import { type Retry, repeat } from '../kit/retry.ts';
import { type AwsFailure, awsFailure, providerError, saysDeadCredentials } from './errors.ts';
import type { Keys, Session } from './session.ts';

/** One call of an AWS API. */
export interface AwsCall {
  /** The API's name of the operation, for metrics. */
  readonly operation: string;
  /** What is asked for, in the manifest's words, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Whether the failure says that what was asked for does not exist. */
  readonly isAbsent?: (failure: AwsFailure) => boolean;
  /** Names of errors by which AWS says that somebody else was faster. */
  readonly conflicts?: RegExp;
}

/** The API of one AWS service, called with one identity. */
export interface AwsApi<Client> {
  /**
   * Sends by one of the SDK's clients. Credentials that AWS calls dead are replaced once. Throws only ProviderError, of
   * which `NotFound` when {@link AwsCall.isAbsent} says so, and `Conflict` by {@link AwsCall.conflicts}.
   */
  call<Answer>(
    call: AwsCall,
    send: (client: Client, options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer>;
}

const transient = new Set<ProviderErrorCode>(['Throttled', 'Unavailable', 'Timeout']);

/**
 * How many attempts may follow the first. A store says how many it wants in all, 3 unless it does (spec providers 2.2);
 * 0, which is "without end" to ESO's SDK, is one.
 */
function retriesOf(retry: Retry | undefined): number {
  return retry === undefined ? 0 : Math.max(retry.maxRetries ?? 3, 1) - 1;
}

/** An {@link AwsApi} whose SDK clients `connect` makes, one for each set of credentials. */
export function createAwsApi<Client>(
  session: Session,
  connect: (keys: Keys) => Client,
  deps: CallDeps,
  retry?: Retry,
): AwsApi<Client> {
  let connected: { readonly keys: Keys; readonly client: Client } | undefined;
  const clientOf = (keys: Keys): Client => {
    if (connected?.keys !== keys) connected = { keys, client: connect(keys) };
    return connected.client;
  };

  return {
    async call({ operation, what, signal, isAbsent = () => false, conflicts }, send) {
      const work = async (keys: Keys) => {
        try {
          return { answer: await send(clientOf(keys), { abortSignal: signal }) };
        } catch (error) {
          const failure = error instanceof ProviderError ? undefined : awsFailure(error);
          const isTaken = failure?.named === true && conflicts?.test(failure.name) === true;
          if (isTaken) throw new ProviderError('Conflict', { what });
          if (failure === undefined || !isAbsent(failure)) return { error };
          throw new ProviderError('NotFound', { what });
        }
      };
      const once = (keys: Keys) =>
        makeCall(
          deps,
          { name: operation, signal },
          () => work(keys),
          (outcome) => 'answer' in outcome,
        );
      const attempt = (keys: Keys) =>
        repeat(() => once(keys), {
          retries: retriesOf(retry),
          intervalMs: retry?.intervalMs,
          isTransient: (outcome) =>
            outcome.kind === 'value' &&
            'error' in outcome.value &&
            transient.has(providerError(outcome.value.error, what).code),
          signal,
        });
      const keys = await session.keys();
      const first = await attempt(keys);
      if ('answer' in first) return first.answer;
      const replacement = saysDeadCredentials(first.error) ? await session.replacement(keys) : undefined;
      if (replacement === undefined) throw providerError(first.error, what);
      const second = await attempt(replacement);
      if ('answer' in second) return second.answer;
      throw providerError(second.error, what);
    },
  };
}
