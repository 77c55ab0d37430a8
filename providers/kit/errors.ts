/**
 * How a failed backend operation is to be treated by those who called it.
 * - `absent`: the backend itself stated that the thing does not exist (deletionPolicy decides).
 * - `user`: repeating the call is useless until somebody changes the manifest, the backend's data or its policy.
 * - `identity`: the login failed or was refused; the whole store is affected.
 * - `backend`: the backend, or the way to it, is not well; the whole store is affected.
 * - `busy`: nothing is wrong; the store has enough to do, or still does it, and the caller comes again shortly.
 */
export type RetryClass = 'absent' | 'user' | 'identity' | 'backend' | 'busy';

interface Row {
  /** What happened; `{name}` places take the allow-listed details of the error. */
  readonly text: string;
  /** What a person can do about it. */
  readonly advice: string;
  readonly retry: RetryClass;
}

/** The one table of the provider layer: every error that a provider may throw. */
export const providerErrors = {
  NotFound: {
    text: 'the backend says that {what} does not exist',
    advice: 'create it in the backend, correct the key, or set deletionPolicy to say what its absence means',
    retry: 'absent',
  },
  NotShown: {
    text: 'the backend has no {what}, or does not show it to this store',
    advice:
      "create it and give it a value, or let the store's identity see it; the backend does not tell the two apart, so deletionPolicy does not act",
    retry: 'user',
  },
  PropertyMissing: {
    text: '{what} has no property {property}',
    advice: 'correct the property, or add it to the secret in the backend',
    retry: 'user',
  },
  NotAnObject: {
    text: '{what} is not a JSON object, so it has no keys to extract',
    advice: 'use data[] for a plain value, or a property that holds an object',
    retry: 'user',
  },
  Ambiguous: {
    text: 'the backend has more than one {what}, and cannot tell which is meant',
    advice: 'rename or remove the others in the backend, or name the one by its id',
    retry: 'user',
  },
  Denied: {
    text: 'the backend refused access to {what}',
    advice:
      "grant the store's identity access to it in the backend's policy; pushing needs more than reading",
    retry: 'user',
  },
  NotGranted: {
    text: 'the ClusterSecretStore gives this namespace none of the keys that {what} finds',
    advice: "narrow the find, or add the keys to remoteKeys of the store's conditions",
    retry: 'user',
  },
  LoginFailed: {
    text: "the backend refused the store's credentials",
    advice:
      "check the store's auth section, the Secret or ServiceAccount that it names, and the role in the backend",
    retry: 'identity',
  },
  CredentialMissing: {
    text: 'the credential {what} cannot be read from Kubernetes',
    advice:
      'create the Secret, ConfigMap or ServiceAccount (and key) that the store names, in the namespace shown',
    retry: 'identity',
  },
  CredentialForbidden: {
    text: 'the credential {what} may not be used by this store',
    advice:
      "refer to an object in the store's own namespace, or use a ClusterSecretStore; give the Secret the label if it lacks one",
    retry: 'identity',
  },
  KubernetesFailed: {
    text: 'the Kubernetes API did not let the hook read {what}',
    advice:
      "check the API server, and that the hook's ServiceAccount may get it (for tokens: create serviceaccounts/token)",
    retry: 'identity',
  },
  Misconfigured: {
    text: "the store's configuration cannot work: {what}",
    advice: "correct the store's spec.provider section",
    retry: 'identity',
  },
  Rejected: {
    text: 'the backend rejected the request for {what}',
    advice: 'check the key, its version and the mount or project that the store names',
    retry: 'user',
  },
  WrongMount: {
    text: 'the backend has nothing mounted at the path of {what}',
    advice: "check the store's path and version, and that the engine is enabled in the backend",
    retry: 'user',
  },
  NotOwned: {
    text: '{what} exists in the backend and is not managed by external-secrets, so it is left alone',
    advice: 'push to another key, remove it in the backend, or mark it there as managed-by external-secrets',
    retry: 'user',
  },
  StoreTemplateFailed: {
    text: 'a template of the store cannot be rendered: {what}',
    advice: 'correct the template; `keyhook template` tries one without a cluster',
    retry: 'user',
  },
  InvalidPush: {
    text: 'this cannot be pushed: {what}',
    advice:
      "correct the PushSecret's secretKey, property or metadata; the provider's README says what it takes",
    retry: 'user',
  },
  NotSettable: {
    text: '{what} in the backend has no place for property {property}: it is not JSON, or the path leads nowhere in it',
    advice: 'push to another key, correct the property, or mend the value in the backend',
    retry: 'user',
  },
  Conflict: {
    text: 'another writer changed {what} at the same time',
    advice: 'nothing to do: it is pushed again shortly',
    retry: 'busy',
  },
  Throttled: {
    text: 'the backend asks for fewer requests',
    advice:
      'nothing to do now: reads resume by themselves; if it lasts, lengthen refreshInterval or raise the quota',
    retry: 'backend',
  },
  RateLimited: {
    text: "the vendor's rate limit is used up",
    advice:
      'nothing to do now: the call is made when its turn comes; if it lasts, lengthen refreshInterval, or use one key for many properties',
    retry: 'busy',
  },
  Unavailable: {
    text: 'the backend cannot be reached or answers with a server error',
    advice: "check that the backend is up and reachable from the hook's network",
    retry: 'backend',
  },
  TlsFailed: {
    text: 'no trusted TLS connection to the backend could be made',
    advice: "check the store's caBundle or caProvider, the server name, and the certificate's dates",
    retry: 'backend',
  },
  Timeout: {
    text: 'the backend did not answer in time',
    advice: "check the backend's load and the network between it and the hook",
    retry: 'backend',
  },
  Busy: {
    text: 'the store has as many reads under way as it may have',
    advice: 'nothing to do: the read is made shortly',
    retry: 'busy',
  },
  UnderWay: {
    text: 'the backend has not answered {what} yet',
    advice: 'nothing to do: the answer is taken when it comes',
    retry: 'busy',
  },
  Malformed: {
    text: 'the answer does not come from the backend, or was cut short',
    advice: 'look for a proxy, load balancer or login page between the hook and the backend',
    retry: 'backend',
  },
  TooLarge: {
    text: 'the answer of the backend for {what} is larger than {limit} bytes',
    advice: 'split the secret; a Kubernetes Secret holds at most 1 MiB',
    retry: 'user',
  },
  Unsupported: {
    text: 'this provider does not support {what}',
    advice: 'see the table of providers in the README',
    retry: 'user',
  },
} as const satisfies Record<string, Row>;

/** The name of a row of {@link providerErrors}. */
export type ProviderErrorCode = keyof typeof providerErrors;

/**
 * The only facts that an error may carry beside its code. All of them come from the manifest or are plain numbers
 * and identifiers; nothing that a backend wrote is among them, except `backendCode` which has to look like a code.
 */
export interface ErrorDetails {
  /** The thing asked for, in the manifest's own words: a key, a Secret reference, a field. */
  readonly what?: string;
  readonly property?: string;
  readonly limit?: number;
  /** The time for which `limit` is so many calls. */
  readonly perSeconds?: number;
  /** HTTP status of the backend's answer. */
  readonly status?: number;
  /** A backend's machine-readable error name, such as `AccessDeniedException` or `ECONNREFUSED`. */
  readonly backendCode?: string;
  /** Seconds that the backend asked to wait, or until the next turn under its rate limit. */
  readonly retryAfter?: number;
  /** Set when the backend was not asked at all, because it failed before; seconds between two probes of it. */
  readonly probedEvery?: number;
}

const codeLike = /^[A-Za-z][A-Za-z0-9_.]{1,60}$/;

/** A failed backend operation: a code of {@link providerErrors} and allow-listed details, never remote text or a cause. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ProviderErrorCode, details: ErrorDetails = {}) {
    const safe = safeDetails(details);
    super(describe(code, safe));
    this.name = 'ProviderError';
    this.code = code;
    this.details = safe;
    // A stack names only our own files; a cause could hold an SDK's error and with it a token.
    delete (this as { cause?: unknown }).cause;
  }

  /** How callers have to treat it. */
  get retry(): RetryClass {
    return providerErrors[this.code].retry;
  }

  /** What a person can do about it. */
  get advice(): string {
    return providerErrors[this.code].advice;
  }
}

function safeDetails(details: ErrorDetails): ErrorDetails {
  const { backendCode, ...rest } = details;
  return backendCode !== undefined && codeLike.test(backendCode) ? { ...rest, backendCode } : rest;
}

function describe(code: ProviderErrorCode, details: ErrorDetails): string {
  const text = providerErrors[code].text.replace(
    /\{(what|property|limit)\}/g,
    (_, name: 'what' | 'property' | 'limit') => {
      const value = details[name];
      return value === undefined ? 'it' : typeof value === 'number' ? String(value) : `"${value}"`;
    },
  );
  const facts = [
    details.status === undefined ? undefined : `HTTP ${details.status}`,
    details.backendCode,
    details.perSeconds === undefined ? undefined : `${details.limit} calls in ${details.perSeconds} s`,
    details.retryAfter === undefined ? undefined : `retry after ${details.retryAfter} s`,
    details.probedEvery === undefined
      ? undefined
      : `failed repeatedly, probed every ${details.probedEvery} s`,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? text : `${text} (${facts.join(', ')})`;
}
