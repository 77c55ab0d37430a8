import { type ErrorDetails, ProviderError, type ProviderErrorCode } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/** What Key Vault calls an object that is not there; a name of something else, such as a vault, is no absence. */
const absent = /^(Secret|Key|Certificate)NotFound$/;

/**
 * An answer that is no success (learn.microsoft.com/azure/key-vault/general/rest-error-codes). Of a denial the inner code
 * says why: the secret is disabled, or a firewall, an access policy or a role stands in the way.
 */
export function failure({ status, headers, bytes }: HttpAnswer): ProviderError {
  const error = member(objectIn(bytes), 'error');
  const outer = stringOf(member(error, 'code'));
  const backendCode = stringOf(member(member(error, 'innererror'), 'code')) ?? outer;
  const retryAfter = retryAfterSeconds(headers);
  const details: ErrorDetails = {
    status,
    ...(backendCode === undefined ? {} : { backendCode }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return new ProviderError(codeOf(status, outer), details);
}

function codeOf(status: number, name: string | undefined): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  if (status >= 500) return 'Unavailable';
  if (status === 401) return 'LoginFailed';
  if (status === 403) return 'Denied';
  // Key Vault names every error; what has no name is an answer of somebody else.
  if (name === undefined) return 'Malformed';
  return status === 404 && absent.test(name) ? 'NotFound' : 'Rejected';
}

/** What the SDK threw, as our own error about `what`: our own, or an answer that it could not read. */
export function providerError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return new ProviderError(error.code, { what, ...error.details });
  return new ProviderError('Malformed', { what });
}
