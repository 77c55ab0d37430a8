import { ProviderError } from './errors.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import type { AccessToken, TokenQuery } from './oauth.ts';
import { type Renewable, renewable } from './renewable.ts';
import { bodyOf, failure } from './rest.ts';

/** Many reads may wait for a login, so it heeds none of their signals. */
const timeoutMs = 10_000;

/**
 * Sends a login of a backend that does not speak OAuth; resolves to its 2xx answer. Whatever else it says of the login is
 * `LoginFailed`: `isOwn` tells its answers from those of somebody else.
 */
export async function sendLogin(
  http: HttpClient,
  { method = 'POST', what, ...query }: TokenQuery,
  isOwn: (answer: HttpAnswer) => boolean,
): Promise<HttpAnswer> {
  const answer = await http.request({ method, timeoutMs, ...query });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw failure(answer, what, isOwn(answer) || answer.status === 403 ? { code: 'LoginFailed' } : undefined);
}

/** Sends JSON; every answer in JSON is the backend's own. */
export function sendJsonLogin(
  http: HttpClient,
  url: string,
  body: object,
  what: string,
): Promise<HttpAnswer> {
  const query = {
    url,
    what,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
  return sendLogin(http, query, (answer) => bodyOf(answer) !== undefined);
}

/** A token that a login gives, obtained anew before it ends. */
export function loginToken(logIn: () => Promise<AccessToken>, now: () => number): Renewable<AccessToken> {
  return renewable(logIn, ({ renewAt }) => now() < renewAt);
}

/** A token that is good for so many seconds, to be renewed when nine tenths of them are over, or a minute before. */
export function tokenFor(value: string | undefined, seconds: number, now: number, what: string): AccessToken {
  if (!value || !Number.isFinite(seconds)) throw new ProviderError('Malformed', { what });
  return { value, renewAt: now + (seconds - Math.min(60, seconds / 10)) * 1000 };
}
