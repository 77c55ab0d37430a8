import { type ErrorDetails, ProviderError, type ProviderErrorCode } from './errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.ts';
import { member, objectIn, stringOf } from './json/member.ts';
import type { JsonNode } from './json/tokenizer.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** A bearer token. */
export interface AccessToken {
  readonly value: string;
  /** From this moment (ms since the epoch) on another one is obtained, although this one may live on. */
  readonly renewAt: number;
  /** From this moment on it is worthless; absent where nobody has said. */
  readonly endsAt?: number;
}

/** A request for a token; POST unless `method` says otherwise. */
export interface TokenQuery extends Pick<HttpRequest, 'url' | 'headers' | 'body'> {
  readonly method?: 'GET' | 'POST';
  /** The identity that is asked for, in the manifest's words, for errors. */
  readonly what: string;
}

/** Many reads may wait for a login, so it heeds none of their signals. */
const timeoutMs = 10_000;

/**
 * Asks a token endpoint (RFC 6749, 5). `now` is in ms since the epoch. Throws `LoginFailed` when it refuses, and what says
 * that it is not well.
 */
export async function requestToken(
  http: HttpClient,
  { method = 'POST', what, ...query }: TokenQuery,
  now: number,
): Promise<AccessToken> {
  const answer = await http.request({ method, timeoutMs, ...query });
  const root = objectIn(answer.bytes);
  if (answer.status !== 200) throw refusal(answer, root, what);
  // Google's IAM Credentials API has names of its own; Azure writes numbers as strings.
  const value = stringOf(member(root, 'access_token')) ?? stringOf(member(root, 'accessToken'));
  const seconds = lifetime(root, now);
  if (!value || seconds === undefined) throw new ProviderError('Malformed', { what, status: answer.status });
  const endsAt = now + seconds * 1000;
  return { value, renewAt: endsAt - Math.min(renewBeforeSeconds, seconds / 10) * 1000, endsAt };
}

/** A form as the body of a {@link TokenQuery}, with its header. */
export function form(fields: Readonly<Record<string, string>>): Pick<HttpRequest, 'headers' | 'body'> {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: Buffer.from(String(new URLSearchParams(fields))),
  };
}

/** Metadata servers give a token until 5 minutes before its end, so one has to be content with less. */
const renewBeforeSeconds = 225;

function lifetime(root: JsonNode | undefined, now: number): number | undefined {
  const numeral = (name: string) => {
    const node = member(root, name);
    const text = node?.kind === 'number' ? node.text : stringOf(node);
    return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  };
  const until = Date.parse(stringOf(member(root, 'expireTime')) ?? '');
  const [inSeconds, onSecond] = [numeral('expires_in'), numeral('expires_on')];
  if (inSeconds !== undefined) return inSeconds;
  if (onSecond !== undefined) return onSecond - now / 1000;
  return Number.isNaN(until) ? undefined : (until - now) / 1000;
}

function refusal({ status, headers }: HttpAnswer, root: JsonNode | undefined, what: string): ProviderError {
  const backendCode = errorName(root);
  const retryAfter = retryAfterSeconds(headers);
  const details: ErrorDetails = {
    what,
    status,
    ...(backendCode === undefined ? {} : { backendCode }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return new ProviderError(codeOf(status, backendCode), details);
}

function codeOf(status: number, name: string | undefined): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  if (status >= 500 || name === 'temporarily_unavailable' || name === 'server_error') return 'Unavailable';
  // Every refusal has a name; what has none is an answer of somebody else.
  return name === undefined ? 'Malformed' : 'LoginFailed';
}

/** RFC 6749, 5.2; the number that Entra ID adds says more; Google's other APIs answer as google.rpc.Status. */
function errorName(root: JsonNode | undefined): string | undefined {
  const numbers = member(root, 'error_codes');
  const [first] = numbers?.kind === 'array' ? numbers.items : [];
  if (first?.kind === 'number') return `AADSTS${first.text}`;
  const error = member(root, 'error');
  return stringOf(error) ?? stringOf(member(error, 'status'));
}
