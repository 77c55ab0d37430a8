import { type ErrorDetails, ProviderError, type ProviderErrorCode } from '../kit/errors.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/** What is read of an error of the SDK. Nothing of it but `name` and the status goes further. */
export interface AwsFailure {
  readonly name: string;
  /** AWS's own words, to decide by. */
  readonly message: string;
  /** HTTP status of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** Whether AWS gave the error its name; the SDK makes up names for what it cannot read. */
  readonly named: boolean;
  readonly retryAfter: number | undefined;
}

/** Names by which AWS says that it does not, or no longer, know the credentials. A new session may help. */
const deadCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'RequestExpired',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

/**
 * Codes by AWS's error names, the first that fits (docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html,
 * .../systems-manager/latest/APIReference/CommonErrors.html, .../STS/latest/APIReference/CommonErrors.html).
 */
const byName: readonly [names: RegExp, code: ProviderErrorCode][] = [
  [/^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/, 'Throttled'],
  [/^(CredentialsProviderError|TokenProviderError)$/, 'LoginFailed'],
  [/^(InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|InvalidAccessKeyId)/, 'LoginFailed'],
  [/^(MissingAuthenticationToken|RequestTimeTooSkewed|InvalidIdentityToken|IDPRejectedClaim)/, 'LoginFailed'],
  [/^(AccessDenied|UnauthorizedOperation|NotAuthorized|OptInRequired)/, 'Denied'],
  [
    /^(InternalFailure|InternalServer|InternalService|ServiceUnavailable|IDPCommunicationError)/,
    'Unavailable',
  ],
  [/^(AbortError|TimeoutError|RequestTimeout)/, 'Timeout'],
];

/** Names that the SDK makes up when an answer has none (of the status text, or none at all). */
const madeUp = /^(Unknown|UnknownError|NotFound|Error|.*\s.*)$/;

/** Reads an error of the SDK. */
export function awsFailure(error: unknown): AwsFailure {
  const { name, message, $fault, $metadata, $response } = error as {
    name?: unknown;
    message?: unknown;
    $fault?: unknown;
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  const text = typeof name === 'string' ? name : '';
  return {
    name: text,
    message: typeof message === 'string' ? message : '',
    status: $metadata?.httpStatusCode,
    named: $fault !== undefined && !madeUp.test(text),
    retryAfter: retryAfterSeconds($response?.headers ?? {}),
  };
}

/** Whether AWS says that the credentials of the call are dead. */
export function saysDeadCredentials(error: unknown): boolean {
  const { name, named } = awsFailure(error);
  return named && deadCredentials.has(name);
}

/** A failed call as our own error; `what` is what was asked for, in the manifest's words. */
export function providerError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return new ProviderError(error.code, { what, ...error.details });
  const failure = awsFailure(error);
  const { name, status, named, retryAfter } = failure;
  const details: ErrorDetails = {
    what,
    ...(status === undefined ? {} : { status }),
    ...(named || status === undefined ? { backendCode: name } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return new ProviderError(codeOf(failure), details);
}

/** The code of a failure by AWS's name for it, and its status. */
export function codeOf({
  name,
  status,
  named,
}: Pick<AwsFailure, 'name' | 'status' | 'named'>): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  if (named || status === undefined) {
    if (deadCredentials.has(name)) return 'LoginFailed';
    const known = byName.find(([names]) => names.test(name));
    if (known !== undefined) return known[1];
    // Without an answer: the SDK could not make or send the request, and does not say why in a way that is safe to show.
    if (status === undefined) return 'Unavailable';
  }
  if (status !== undefined && status >= 500) return 'Unavailable';
  if (status === 401 || status === 403) return 'Denied';
  // AWS names every error; what has no name, or cannot be read at all, is an answer of somebody else.
  return named ? 'Rejected' : 'Malformed';
}

/** The error of a login that gave no credentials: a refusal there concerns the store, not a secret. */
export function loginError({ code, details }: ProviderError): ProviderError {
  const refused = code === 'Denied' || code === 'Rejected';
  return new ProviderError(refused ? 'LoginFailed' : code, details);
}
