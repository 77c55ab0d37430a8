import { type ErrorDetails, ProviderError, type ProviderErrorCode } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/** Canonical codes in which Google's APIs fail (google.aip.dev/193, cloud.google.com/apis/design/errors). */
const codes: Readonly<Record<string, ProviderErrorCode>> = {
  NOT_FOUND: 'NotFound',
  PERMISSION_DENIED: 'Denied',
  UNAUTHENTICATED: 'LoginFailed',
  // An etag that is no longer true, or somebody else's creation of the same.
  ABORTED: 'Conflict',
  ALREADY_EXISTS: 'Conflict',
  RESOURCE_EXHAUSTED: 'Throttled',
  DEADLINE_EXCEEDED: 'Timeout',
  CANCELLED: 'Timeout',
  UNAVAILABLE: 'Unavailable',
  INTERNAL: 'Unavailable',
  UNKNOWN: 'Unavailable',
  DATA_LOSS: 'Unavailable',
};

/** An answer that is no success. Only what Google itself calls NOT_FOUND is an absence. */
export function failure({ status, headers, bytes }: HttpAnswer): ProviderError {
  const backendCode = stringOf(member(member(objectIn(bytes), 'error'), 'status'));
  const retryAfter = retryAfterSeconds(headers);
  const details: ErrorDetails = {
    status,
    ...(backendCode === undefined ? {} : { backendCode }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return new ProviderError(codeOf(status, backendCode), details);
}

function codeOf(status: number, name: string | undefined): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  if (name !== undefined) return codes[name] ?? (status >= 500 ? 'Unavailable' : 'Rejected');
  if (status >= 500) return 'Unavailable';
  if (status === 401) return 'LoginFailed';
  // Google names every error; what has no name is an answer of somebody else.
  return status === 403 ? 'Denied' : 'Malformed';
}

/** What the SDK threw, as our own error about `what`: our own error inside, or an answer that it could not read. */
export function providerError(error: unknown, what: string): ProviderError {
  const inner = error instanceof ProviderError ? error : (error as { cause?: unknown } | null)?.cause;
  if (inner instanceof ProviderError) return new ProviderError(inner.code, { what, ...inner.details });
  return new ProviderError('Malformed', { what });
}
