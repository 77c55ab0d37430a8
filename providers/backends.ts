import type { Priority } from './admission.ts';
import type {
  DeleteOutcome,
  FindQuery,
  Push,
  PushOutcome,
  PushTarget,
  RemoteRef,
  RemoteSecret,
  SecretMap,
} from './kit/provider.ts';
import type { Retry } from './kit/retry.ts';

/** A store as its consumers name it, with what identifies its version. */
export interface StoreHandle {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
  /** Namespace of a SecretStore. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  /** `spec.provider`: one key, the provider's name. */
  readonly provider: Readonly<Record<string, unknown>>;
  readonly retry?: Retry;
}

/** How fresh an answer has to be. */
export interface Freshness {
  /** An answer of a read that ended at most so many ms ago will do. */
  readonly maxAgeMs: number;
  /** The read has to have begun at or after this moment (ms since the epoch). */
  readonly notBefore?: number;
}

/** What a caller asks of one read. */
export interface ReadOptions extends Freshness {
  readonly priority: Priority;
  /** The caller waits until this aborts; the read goes on without it, for whoever asks next. */
  readonly signal: AbortSignal;
}

export interface FindOptions extends ReadOptions {
  /** The caller judges what is found by its key: refused where the names that the provider finds are no keys. */
  readonly byKey?: true;
}

/** Facts about one store's connection for metrics, conditions and the store's own status. */
export interface StoreHealth {
  readonly breaker: 'closed' | 'open' | 'half-open';
}

/**
 * The way to all backends: client pool, coalescer, breaker and concurrency limit per store identity, in front of the
 * registered providers. Every method throws only ProviderError.
 */
export interface Backends {
  read(
    store: StoreHandle,
    consumerNamespace: string,
    ref: RemoteRef,
    options: ReadOptions,
  ): Promise<RemoteSecret>;
  find(
    store: StoreHandle,
    consumerNamespace: string,
    query: FindQuery,
    options: FindOptions,
  ): Promise<SecretMap>;
  /**
   * Writes one value. Nothing is shared with other calls, and calls for one key of a store run one after the other, since
   * they read before they write. Whoever reads the store after a write reads anew. What has begun goes on when the signal aborts.
   */
  push(store: StoreHandle, consumerNamespace: string, push: Push, signal: AbortSignal): Promise<PushOutcome>;
  /** Deletes what was pushed, in the same way. */
  delete(
    store: StoreHandle,
    consumerNamespace: string,
    target: PushTarget,
    signal: AbortSignal,
  ): Promise<DeleteOutcome>;
  /** Asks the backend itself whether the target is there. */
  exists(
    store: StoreHandle,
    consumerNamespace: string,
    target: PushTarget,
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * Validates the store as its own controller does: a ClusterSecretStore without a consumer (spec core 2.4).
   * `skipped`: its credentials are those of whoever consumes it, so nothing could be tried.
   */
  check(store: StoreHandle, signal: AbortSignal): Promise<'ready' | 'unknown' | 'skipped'>;
  /** What is known of the store without a call. */
  health(store: StoreHandle): StoreHealth;
  /** Revokes tokens and ends connections, best effort. */
  close(): Promise<void>;
}
