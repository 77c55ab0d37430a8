import type { Static, TSchema } from 'typebox';
import type { Credentials } from './credentials.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Retry } from './retry.ts';
import type { TemplateRenderer } from './templates.ts';

/** Values as bytes, keyed by name. A Map, because `__proto__` is a legal key of a Secret. */
export type SecretMap = Map<string, Uint8Array>;

/** `status.capabilities` of a store. */
export type Capabilities = 'ReadOnly' | 'WriteOnly' | 'ReadWrite';

/** The store for which a client is made. */
export interface StoreScope {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
  /** Namespace of a SecretStore; of a ClusterSecretStore the namespace that consumes it, undefined while the store validates itself. */
  readonly namespace: string | undefined;
}

/** One thing to read: what an ExternalSecret's `remoteRef` or `extract` names, without the property. */
export interface RemoteRef {
  readonly key: string;
  readonly version?: string;
  /** True for metadataPolicy Fetch: the secret's metadata instead of its value. */
  readonly metadata?: boolean;
  /** Every property that is asked of the answer, '' for none: for the providers whose requests depend on it. */
  readonly properties?: readonly string[];
}

/**
 * The answer to one read, from which properties are picked without another call.
 * Both methods are pure; they throw {@link ProviderError} `PropertyMissing`, `NotAnObject` or (fake) `NotFound`.
 */
export interface RemoteSecret {
  /** Bytes held in memory, for the coalescer's budget. */
  readonly size: number;
  /** The whole value, or the property's by the provider's own path dialect (spec providers 1.5). */
  value(property?: string): Uint8Array;
  /** The value's (or the property's) top-level keys, flattened by the provider's rule (spec providers 1.6). */
  map(property?: string): SecretMap;
}

/** What `dataFrom.find` asks for; at least one field is set. */
export interface FindQuery {
  readonly path?: string;
  /** An RE2 expression, searched unanchored in the name. */
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** How keys are converted by the providers that convert before rewriting (spec providers 1.4). */
  readonly conversionStrategy?: string;
}

/** The Secret that a PushSecret pushes, its keys converted already. */
export interface PushSource {
  readonly data: SecretMap;
  /** As in the manifest; empty for none. */
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where a push goes: `remoteRef` of a PushSecret's match. */
export interface PushTarget {
  readonly remoteKey: string;
  readonly property?: string;
}

/** One thing to write (spec providers 1.8). */
export interface Push extends PushTarget {
  readonly source: PushSource;
  /** The key of the source to push, which is there; without it the whole Secret. */
  readonly secretKey?: string;
  /** The PushSecret's `metadata` as it stands in the manifest; `readPushMetadata` reads it. */
  readonly metadata?: unknown;
  /** Namespace of the PushSecret: that of the objects which its metadata name. */
  readonly namespace: string;
}

/** `unchanged`: the backend had all of it, and nothing was written. */
export type PushOutcome = 'written' | 'unchanged';

/**
 * What a deletion did. `property-deleted`: the rest of the secret is still there. `absent`: there was nothing to delete.
 * `unmanaged`: it is not ours, and was left alone.
 */
export type DeleteOutcome = 'deleted' | 'property-deleted' | 'absent' | 'unmanaged';

/** A logged-in connection to one backend with one identity. Every method throws only {@link ProviderError}. */
export interface SecretsClient {
  read(ref: RemoteRef, signal: AbortSignal): Promise<RemoteSecret>;
  /** All secrets that match, by name. A provider without it does not support `dataFrom.find`. */
  find?(query: FindQuery, signal: AbortSignal): Promise<SecretMap>;
  /**
   * Writes one value, once it is sure that nothing which is not ours is overwritten: throws `NotOwned` where the backend
   * can mark its secrets and this one has no mark. Calls for one key never overlap within a store. A provider without
   * `push` is read-only; one with it has `delete` and `exists`, too.
   */
  push?(push: Push, signal: AbortSignal): Promise<PushOutcome>;
  /** Deletes what `push` wrote, or the property of it where the backend can. */
  delete?(target: PushTarget, signal: AbortSignal): Promise<DeleteOutcome>;
  /** Whether the secret, or the property where the backend can tell, is there: for updatePolicy IfNotExists. */
  exists?(target: PushTarget, signal: AbortSignal): Promise<boolean>;
  /** Resolves when the store can work; `unknown` when that could not be determined. Rejects when it cannot. */
  check(signal: AbortSignal): Promise<'ready' | 'unknown'>;
  /** Best effort: revokes tokens, ends connections. Never rejects. */
  close(): Promise<void>;
}

/** A field of a store's `spec.provider` section that cannot work, and why; `path` is relative to the section. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A Secret, ConfigMap or ServiceAccount that a store's section names. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
  readonly path: string;
}

/** What a client needs from its surroundings. */
export interface ConnectDeps {
  readonly credentials: Credentials;
  /** Absent where nothing renders templates. */
  readonly templates?: TemplateRenderer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Counts one call to the backend, by the API's own operation name, for `externalsecret_provider_api_calls_count`. */
  readonly countCall: (call: string, outcome: 'success' | 'error') => void;
  /** Waits for the call's turn under the vendor's rate limits; absent where nothing is limited. `makeCall` of kit/calls.ts does both. */
  readonly paceCall?: ((call: string, signal?: AbortSignal) => Promise<void>) | undefined;
  /** `spec.retrySettings` of the store, for the providers that heed it; absent: one attempt. */
  readonly retry?: Retry;
}

/**
 * A backend: one folder, registered by one line in `providers/index.ts`. `index.ts` and `schema.ts` of a provider
 * import no SDK; `connect` imports `client.ts` when the first store needs it.
 */
export interface Provider<S extends TSchema = TSchema> {
  /** The key under `spec.provider`. */
  readonly name: string;
  /** Label in metrics, as ESO writes it. The section is a store's own, which need not be valid. */
  label(spec: Static<S>): string;
  readonly spec: S;
  readonly capabilities: Capabilities;
  readonly maintenance: 'Maintained' | 'NotMaintained' | 'Deprecated';
  /** Pure checks that the schema cannot express. Empty means valid. */
  validate(spec: Static<S>, scope: StoreScope): Problem[];
  /** Every object that the section names and that this auth method will read; decides about referent authentication. */
  references(spec: Static<S>): Reference[];
  /** Set when requests depend on the property: reads of one key for other properties are other reads. */
  readonly readsProperties?: true;
  /** Set when the names that `find` gives are keys that `read` takes, so that they can be judged by their key. */
  readonly findsByKey?: true;
  /** What the vendor allows, as data; kept for all stores of an identity together. */
  rateLimits?(spec: Static<S>): readonly RateLimit[];
  /** Whether each consumer of a ClusterSecretStore needs a session of its own although the credentials are shared. */
  perConsumer?(spec: Static<S>): boolean;
  connect(spec: Static<S>, scope: StoreScope, deps: ConnectDeps): Promise<SecretsClient>;
}
