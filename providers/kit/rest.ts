import { answers, type CallDeps, makeCall } from './calls.ts';
import { type ErrorDetails, ProviderError, type ProviderErrorCode } from './errors.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import { JsonError } from './json/json-error.ts';
import { type JsonNode, parseJson } from './json/tokenizer.ts';
import type { AccessToken } from './oauth.ts';
import type { Renewable } from './renewable.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** One request to a backend that speaks JSON over HTTP. */
export interface RestRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's address, escaped. */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text as it is, and as JSON unless `headers` say otherwise. */
  readonly body?: object | string;
  /** Label of `externalsecret_provider_api_calls_count`. */
  readonly call: string;
  /** The thing asked for, in the manifest's words, for errors. */
  readonly what: string;
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** What tells one backend from another. */
export interface RestOptions {
  /** Address of the API. */
  readonly base: string;
  readonly http: HttpClient;
  readonly calls: CallDeps;
  readonly token: Renewable<AccessToken>;
  /** How a request carries the token; as a bearer's unless given. */
  readonly authorize?: (request: RestRequest, token: string) => RestRequest;
  /**
   * What an answer of 400 to 499 means, undefined when it is not the backend's own: its statement of absence is `NotFound`,
   * and only a body in its own words states anything. 429 needs no word, and 401 and 403 stand without one.
   */
  readonly explain: (answer: HttpAnswer, body: JsonNode | undefined) => Explained | undefined;
  /** Whether the answer refuses the token itself, so that another one may help; 401 unless given. */
  readonly refusesToken?: (answer: HttpAnswer, body: JsonNode | undefined) => boolean;
}

/** A code, and the backend's own name of the error where it has one. */
export interface Explained {
  readonly code: ProviderErrorCode;
  readonly backendCode?: string;
}

/** A REST API with one identity. Other answers than the named ones throw ProviderError. */
export interface RestApi {
  /** A 2xx answer as it came. */
  answer(request: RestRequest): Promise<HttpAnswer>;
  /** JSON of a 2xx answer; throws `Malformed` for anything else, so also for a page for people. */
  json(request: RestRequest): Promise<JsonNode>;
  /** The same, or undefined when the backend says that it does not exist. */
  find(request: RestRequest): Promise<JsonNode | undefined>;
}

/** {@link RestApi} that renews its token when the backend refuses it, once for all who are refused at the same time. */
export function createRestApi(options: RestOptions): RestApi {
  const { base, http, calls, token, authorize = asBearer, explain, refusesToken = says401 } = options;
  const root = base.replace(/\/+$/, '');

  const once = async (request: RestRequest, { value }: AccessToken) => {
    const {
      method = 'GET',
      path,
      query,
      body,
      call,
      what,
      signal,
      maxBytes,
      headers,
    } = authorize(request, value);
    const send = () =>
      http.request({
        method,
        url: `${root}${path}${queryOf(query)}`,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        what,
        signal,
        ...(maxBytes === undefined ? {} : { maxBytes }),
        ...(body === undefined
          ? {}
          : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
      });
    return makeCall(calls, { name: call, signal }, send, answers);
  };
  const send = async (request: RestRequest): Promise<HttpAnswer> => {
    const held = await token.get();
    const first = await once(request, held);
    if (!refusesToken(first, bodyOf(first))) return first;
    const next = await token.replace(held);
    return next.value === held.value ? first : once(request, next);
  };
  const answer = async (request: RestRequest) => {
    const sent = await send(request);
    if (sent.status >= 200 && sent.status < 300) return sent;
    const body = bodyOf(sent);
    const said = explain(sent, body);
    throw failure(sent, request.what, refusesToken(sent, body) ? { ...said, code: 'LoginFailed' } : said);
  };
  const json = async (request: RestRequest) => {
    const sent = await answer(request);
    const body = bodyOf(sent);
    if (body === undefined) throw new ProviderError('Malformed', { what: request.what, status: sent.status });
    return body;
  };
  return {
    answer,
    json,
    find: (request) =>
      json(request).catch((error: unknown) => {
        if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
        throw error;
      }),
  };
}

/** A token that stands in the store's Secret: there is none to put in its place. */
export function fixedToken(value: string): Renewable<AccessToken> {
  const token = { value, renewAt: Number.POSITIVE_INFINITY };
  return { get: async () => token, replace: async () => token };
}

/** The JSON of an answer, undefined when it is none. */
export function bodyOf({ bytes }: HttpAnswer): JsonNode | undefined {
  try {
    return parseJson(bytes).root;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** The error of an answer that is no success; `said` is what it means in the backend's words. */
export function failure(
  { status, headers }: HttpAnswer,
  what: string,
  said: Explained | undefined,
): ProviderError {
  const retryAfter = retryAfterSeconds(headers);
  const details: ErrorDetails = {
    what,
    status,
    ...(said?.backendCode === undefined ? {} : { backendCode: said.backendCode }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return new ProviderError(codeOf(status, said), details);
}

function codeOf(status: number, said: Explained | undefined): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  if (status >= 500) return 'Unavailable';
  if (status < 400) return 'Malformed';
  if (said !== undefined) return said.code;
  if (status === 401) return 'LoginFailed';
  return status === 403 ? 'Denied' : 'Malformed';
}

/** What a status means when the backend itself says it and nothing more is known. */
export function usualCode(status: number): ProviderErrorCode {
  if (status === 401) return 'LoginFailed';
  if (status === 403) return 'Denied';
  return status === 409 ? 'Conflict' : 'Rejected';
}

function asBearer(request: RestRequest, token: string): RestRequest {
  return { ...request, headers: { authorization: `Bearer ${token}`, ...request.headers } };
}

function says401({ status }: HttpAnswer): boolean {
  return status === 401;
}

function queryOf(query: RestRequest['query'] = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
