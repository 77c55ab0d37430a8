import { type ErrorDetails, ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/** The object of that kind in a successful answer. Throws what {@link failure} makes of another, and `Malformed`. */
export function objectOf(answer: HttpAnswer, kind: string, what: string): JsonNode {
  if (answer.status !== 200 && answer.status !== 201) throw failure(answer, what);
  const object = bodyOf(answer);
  if (stringOf(member(object, 'kind')) !== kind)
    throw new ProviderError('Malformed', { status: answer.status });
  return object as JsonNode;
}

/**
 * Whether the API server itself says that there is no object of that name: its 404 names the object. A path that it does not
 * serve, and a proxy in front of it, answer otherwise (kubernetes.io/docs/reference/kubernetes-api/common-definitions/status).
 */
export function saysNotFound(answer: HttpAnswer, resource: string, name: string): boolean {
  if (answer.status !== 404) return false;
  const status = bodyOf(answer);
  const details = member(status, 'details');
  return (
    stringOf(member(status, 'kind')) === 'Status' &&
    stringOf(member(status, 'reason')) === 'NotFound' &&
    stringOf(member(details, 'kind')) === resource &&
    stringOf(member(details, 'name')) === name
  );
}

/** The error of an answer that is neither an object nor a statement of absence. The server's own text goes no further. */
export function failure(answer: HttpAnswer, what: string): ProviderError {
  const { status } = answer;
  const details: ErrorDetails = { status, what };
  if (status === 401) return new ProviderError('LoginFailed', { status });
  if (status === 403) return new ProviderError('Denied', details);
  if (status === 409) return new ProviderError('Conflict', details);
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer.headers);
    return new ProviderError('Throttled', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  // 410: the list was begun too long ago to be continued.
  if (status >= 500 || status === 410) return new ProviderError('Unavailable', { status });
  const isApiServer = stringOf(member(bodyOf(answer), 'kind')) === 'Status';
  return isApiServer && status >= 400
    ? new ProviderError('Rejected', details)
    : new ProviderError('Malformed', { status });
}

function bodyOf(answer: HttpAnswer): JsonNode | undefined {
  try {
    return parseJson(answer.bytes).root;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
