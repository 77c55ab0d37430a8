import { ProviderError, type ProviderErrorCode } from '../kit/errors.ts';

/**
 * What the core of the SDK (0.5.0) says, and what it comes to. It gives no codes, so its fixed words decide; what is none
 * of them is a backend that is not well, and never an absence.
 */
const sayings: readonly [words: string, code: ProviderErrorCode][] = [
  ['rate limit exceeded', 'Throttled'],
  ['invalid service account token', 'LoginFailed'],
  ['bad service account token', 'LoginFailed'],
  ['bad credentials', 'LoginFailed'],
  ['you are not authenticated', 'LoginFailed'],
  ['session expired', 'LoginFailed'],
  ['authentication error', 'LoginFailed'],
  ['right permissions', 'Denied'],
  ['no item matched the secret reference query', 'NotFound'],
  ["item couldn't be found", 'NotFound'],
  ['no section matched the secret reference', 'PropertyMissing'],
  ['the specified field cannot be found within the item', 'PropertyMissing'],
  ['more than one vault matched', 'Misconfigured'],
  ['more than one', 'Ambiguous'],
  ['no vault matched the secret reference query', 'Misconfigured'],
  ["vault couldn't be found", 'Misconfigured'],
  ["environment couldn't be found", 'Misconfigured'],
  ['Environment was not found', 'Misconfigured'],
  ['invalid environment UUID', 'Misconfigured'],
  ['conflict occurred on the server', 'Conflict'],
  ['request timeout', 'Timeout'],
  ['item is not in an active state', 'Rejected'],
  ['secret reference', 'Rejected'],
  ['attribute can only be applied', 'Rejected'],
  ['bad input passed by the user', 'Rejected'],
  ['invalid user input', 'Rejected'],
];

/** The error of a call of the SDK. Its text, which names vaults and items, goes no further. */
export function sdkFailure(error: unknown, what: string): ProviderError {
  const { name, message } = nameAndMessage(error);
  if (name === 'RateLimitExceededError') return new ProviderError('Throttled');
  if (name === 'AuthExpiredError') return new ProviderError('LoginFailed');
  const code = sayings.find(([words]) => message.includes(words))?.[1] ?? 'Unavailable';
  switch (code) {
    case 'PropertyMissing':
      return new ProviderError(code, { what, property: what.slice(what.lastIndexOf('/') + 1) });
    case 'Throttled':
    case 'LoginFailed':
    case 'Unavailable':
    case 'Timeout':
      return new ProviderError(code);
    default:
      return new ProviderError(code, { what });
  }
}

/** The core throws errors, and now and then a bare text. */
function nameAndMessage(error: unknown): { name: string; message: string } {
  if (error instanceof Error) return { name: error.constructor.name, message: error.message };
  return { name: '', message: typeof error === 'string' ? error : '' };
}
