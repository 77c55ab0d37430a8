import { setTimeout as sleep } from 'node:timers/promises';
import { answers, type CallDeps, makeCall } from '../kit/calls.ts';
import { type ErrorDetails, ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { serialize } from '../kit/json/serialize.ts';
import { type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/** One request to a Connect server. */
export interface ConnectRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the server's address, escaped. */
  readonly path: string;
  readonly body?: JsonNode;
  /** Label of `externalsecret_provider_api_calls_count`. */
  readonly call: string;
  /** The key or vault of the manifest, for errors. */
  readonly what: string;
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** A Connect server with the store's token. Throws what {@link failure} makes of other answers than those named. */
export interface ConnectApi {
  /** JSON of a 2xx answer. */
  json(request: ConnectRequest): Promise<JsonNode>;
  /** The same, or undefined when Connect says that it does not exist. */
  find(request: ConnectRequest): Promise<JsonNode | undefined>;
  /** Bytes of a 200 answer. */
  bytes(request: ConnectRequest): Promise<Uint8Array>;
}

const attempts = 3;
const pauseMs = 100;

/** {@link ConnectApi} over HTTP (developer.1password.com/docs/connect/api-reference). */
export function createConnectApi(host: string, token: string, http: HttpClient, deps: CallDeps): ConnectApi {
  const once = async ({ method = 'GET', path, body, call, ...rest }: ConnectRequest) => {
    const send = () =>
      http.request({
        ...rest,
        method,
        url: `${host.replace(/\/+$/, '')}${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          accept: '*/*',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined
          ? {}
          : {
              body: Buffer.from(serialize(body, { names: 'document', html: 'plain', numbers: 'text' })),
            }),
      });
    return makeCall(deps, { name: call, signal: rest.signal }, send, answers);
  };
  // Under load Connect refuses for no reason, in these words; ESO asks again, too.
  const send = async (request: ConnectRequest) => {
    let answer = await once(request);
    for (let made = 1; made < attempts && isSpurious(answer); made++) {
      await sleep(pauseMs);
      answer = await once(request);
    }
    return answer;
  };
  return {
    async json(request) {
      const answer = await send(request);
      if (answer.status === 204) return { kind: 'null', start: 0, end: 0 };
      const body = answer.status < 300 ? jsonOf(answer) : undefined;
      if (body === undefined) throw failure(answer, request.what);
      return body;
    },
    async find(request) {
      const answer = await send(request);
      if (saysNotFound(answer)) return undefined;
      const body = answer.status === 200 ? jsonOf(answer) : undefined;
      if (body === undefined) throw failure(answer, request.what);
      return body;
    },
    async bytes(request) {
      const answer = await send(request);
      if (answer.status !== 200) throw failure(answer, request.what);
      return answer.bytes;
    },
  };
}

/** Every error of Connect is `{"status": 404, "message": "..."}` (api-reference#errors); a proxy's is not. */
function saysNotFound(answer: HttpAnswer): boolean {
  if (answer.status !== 404) return false;
  const body = jsonOf(answer);
  const status = member(body, 'status');
  return (
    status?.kind === 'number' && status.text === '404' && stringOf(member(body, 'message')) !== undefined
  );
}

function isSpurious(answer: HttpAnswer): boolean {
  return (
    answer.status === 403 && (stringOf(member(jsonOf(answer), 'message')) ?? '').startsWith('Authorization')
  );
}

function failure(answer: HttpAnswer, what: string): ProviderError {
  const { status } = answer;
  const details: ErrorDetails = { status, what };
  if (status === 401) return new ProviderError('LoginFailed', { status });
  if (status === 403) return new ProviderError('Denied', details);
  if (status === 409) return new ProviderError('Conflict', details);
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer.headers);
    return new ProviderError('Throttled', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  if (status >= 500) return new ProviderError('Unavailable', { status });
  const isConnects = status >= 400 && member(jsonOf(answer), 'message') !== undefined;
  return isConnects ? new ProviderError('Rejected', details) : new ProviderError('Malformed', { status });
}

function jsonOf(answer: HttpAnswer): JsonNode | undefined {
  try {
    return parseJson(answer.bytes).root;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
