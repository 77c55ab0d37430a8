/** Stands in every fault; must appear in no error, log or event of the hook. */
export const remoteWords = 'words of Google that must travel no further';

/** Names of `google.rpc.Code` and their HTTP status (github.com/googleapis/googleapis/blob/master/google/rpc/code.proto). */
const statuses = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

/** What a Google API answers instead of a result (google.aip.dev/193). */
export class GcpFault extends Error {
  readonly status: keyof typeof statuses;

  constructor(status: keyof typeof statuses, message = remoteWords) {
    super(message);
    this.status = status;
  }

  get code(): number {
    return statuses[this.status];
  }
}

export interface FakeVersion {
  state: 'ENABLED' | 'DISABLED' | 'DESTROYED';
  readonly data: Buffer;
  /** Milliseconds since the epoch. */
  created: number;
}

/** One secret; versions are numbered from 1, oldest first. */
export interface FakeGcpSecret {
  readonly versions: FakeVersion[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  aliases: Record<string, number>;
  replication?: unknown;
  topics?: unknown;
  etag: number;
}

/** Secrets by `projects/P/secrets/S` or `projects/P/locations/L/secrets/S`. */
export type FakeGcpSecrets = Map<string, FakeGcpSecret>;

/** Adds a version to a secret, and makes it if it is not there. Returns the version's number. */
export function put(
  secrets: FakeGcpSecrets,
  name: string,
  value: string | Uint8Array,
  fields: Partial<Pick<FakeGcpSecret, 'labels' | 'annotations'>> = {},
): string {
  const secret = secrets.get(name) ?? { versions: [], labels: {}, annotations: {}, aliases: {}, etag: 1 };
  secrets.set(name, Object.assign(secret, fields));
  secret.versions.push({
    state: 'ENABLED',
    data: Buffer.from(value as string),
    created: secret.versions.length,
  });
  return String(secret.versions.length);
}

/** What a request of one API sees. */
export interface GcpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly host: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON, or a form's fields. */
  readonly body: Readonly<Record<string, unknown>>;
}
