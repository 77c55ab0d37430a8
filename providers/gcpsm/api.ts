import { AsyncLocalStorage } from 'node:async_hooks';
import { type CallDeps, makeCall } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../kit/http.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { Renewable } from '../kit/renewable.ts';
import { failure, providerError } from './errors.ts';
import { createSecretManager, type SecretManager } from './sdk.ts';

/** One call of the Secret Manager API. */
export interface GcpCall {
  /** The API's name of the operation, for metrics. */
  readonly operation: string;
  /** What is asked for, in the manifest's words, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The Secret Manager API, called with one identity. */
export interface GcpApi {
  /** Sends by the SDK. Throws only ProviderError, of which `NotFound` when Google says that there is no such thing. */
  call<Answer>(
    call: GcpCall,
    send: (client: SecretManager, options: typeof once) => Promise<[Answer, ...unknown[]]>,
  ): Promise<Answer>;
}

/** One attempt: repeating is decided where the whole store is seen. Pages are asked for one by one. */
const once = { retry: { retryCodes: [] }, autoPaginate: false };
/** A page of listed secrets, each with up to 16 KiB of annotations. */
const maxBytes = 16 * 1024 * 1024;
/** The SDK takes no signal; this carries it around the SDK, from the call to the request. */
const signals = new AsyncLocalStorage<AbortSignal>();

/**
 * A {@link GcpApi} over the SDK in its REST mode, whose network is our own client: Go's proxy rules, one deadline, whole
 * and bounded answers, and errors that carry no remote text. A token that Google refuses is replaced once.
 */
export function createGcpApi(
  host: string,
  http: HttpClient,
  tokens: Renewable<AccessToken>,
  deps: CallDeps,
): GcpApi {
  const client = createSecretManager(host, async (url, { method, headers, body }) => {
    const signal = signals.getStore();
    const answer = await authorized(http, tokens, {
      method: method ?? 'GET',
      url,
      headers: Object.fromEntries(headers),
      maxBytes,
      ...(typeof body === 'string' ? { body: Buffer.from(body) } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status !== 200) throw failure(answer);
    // To the SDK everything that is no object is one without fields: an empty list, for one.
    if (!startsObject(answer.bytes)) throw new ProviderError('Malformed', { status: answer.status });
    return new Response(Buffer.from(answer.bytes));
  });

  return {
    async call({ operation, what, signal }, send) {
      return makeCall(deps, { name: operation, signal }, async () => {
        try {
          const [answer] = await signals.run(signal, () => send(client, once));
          return answer;
        } catch (error) {
          throw providerError(error, what);
        }
      });
    },
  };
}

async function authorized(
  http: HttpClient,
  tokens: Renewable<AccessToken>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const send = (token: AccessToken) =>
    http.request({ ...request, headers: { ...request.headers, authorization: `Bearer ${token.value}` } });
  const token = await tokens.get();
  const answer = await send(token);
  return answer.status === 401 ? send(await tokens.replace(token)) : answer;
}

function startsObject(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart().startsWith('{');
}

/** An answer's part that has to be there. Throws `Malformed`. */
export function demand<T>(part: T | null | undefined, what: string): T {
  if (part === null || part === undefined) throw new ProviderError('Malformed', { what });
  return part;
}
