import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { type Admission, createAdmission, type Priority } from './admission.ts';
import type { StoreHandle } from './backends.ts';
import { type Credentials, createCredentials } from './kit/credentials.ts';
import { ProviderError } from './kit/errors.ts';
import type { KubeReader } from './kit/kube.ts';
import type { Provider, SecretsClient, StoreScope } from './kit/provider.ts';
import type { TemplateRenderer } from './kit/templates.ts';
import type { BackendObserver } from './observer.ts';
import type { Pace } from './rate-limits.ts';

/** A dead store costs one call per so many ms, however many ExternalSecrets wait for it. */
export const probeIntervalMs = 30_000;
const failuresToOpen = 3;
const credentialsRecheckMs = 60_000;
/** After a refusal credentials are looked at again, but not for every one of a thousand refusals. */
const recheckAfterRefusalMs = 5_000;

export interface ConnectionDeps {
  readonly kube: KubeReader;
  readonly templates?: TemplateRenderer;
  readonly now: () => number;
  readonly observer: BackendObserver;
  readonly slots: number;
  /** Absent when the vendor states no limit. */
  readonly pace?: Pace;
}

interface Session {
  readonly client: SecretsClient;
  readonly credentials: Credentials;
  inUse: number;
  retired: boolean;
}

/**
 * One identity at one store: its client, the breaker in front of it and its slots. Connects when first used, connects
 * anew when a credential it was made of has changed, and tells one identity's failures from another's.
 */
export class Connection {
  readonly store: StoreHandle;
  readonly #provider: Provider;
  readonly #label: string;
  readonly #spec: unknown;
  readonly #scope: StoreScope;
  readonly #deps: ConnectionDeps;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #admission: Admission;
  #session: Promise<Session> | undefined;
  #checkedAt = 0;
  #recheck: Promise<void> | undefined;

  constructor(store: StoreHandle, provider: Provider, scope: StoreScope, deps: ConnectionDeps) {
    this.store = store;
    this.#provider = provider;
    this.#label = labelOf(provider, store);
    this.#spec = store.provider[provider.name];
    this.#scope = scope;
    this.#deps = deps;
    this.#admission = createAdmission({ slots: deps.slots, maxWaitMs: 500 });
    this.#breaker = circuitBreaker(handleWhen(concernsTheStore), {
      breaker: new ConsecutiveBreaker(failuresToOpen),
      halfOpenAfter: probeIntervalMs,
    });
    this.#breaker.onStateChange(() => deps.observer.breaker(store, this.breakerState));
  }

  get breakerState(): 'closed' | 'open' | 'half-open' {
    if (this.#breaker.state === CircuitState.Closed) return 'closed';
    return this.#breaker.state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  /** Runs one call of the backend in a slot, behind the breaker, and counts it. Throws only ProviderError. */
  run<T>(
    priority: Priority,
    call: (client: SecretsClient) => Promise<T>,
    operation: 'read' | 'write' = 'read',
  ): Promise<T> {
    return this.#admission.run(priority, async () => {
      try {
        const value = await this.#breaker.execute(() => this.#call(call));
        this.#deps.observer[operation](this.#label, this.store, 'Success');
        return value;
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw this.#paused();
        const mapped = asProviderError(error);
        this.#deps.observer[operation](this.#label, this.store, mapped.code);
        throw mapped;
      }
    });
  }

  /** Ends the client once nobody uses it. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await session.then(retire, () => {});
  }

  async #call<T>(call: (client: SecretsClient) => Promise<T>): Promise<T> {
    await this.#recheckCredentials(credentialsRecheckMs);
    try {
      return await this.#use(call);
    } catch (error) {
      const refused =
        error instanceof ProviderError && (error.code === 'Denied' || error.code === 'LoginFailed');
      if (refused && (await this.#recheckCredentials(recheckAfterRefusalMs))) return this.#use(call);
      throw error;
    }
  }

  async #use<T>(call: (client: SecretsClient) => Promise<T>): Promise<T> {
    const session = await this.#connect();
    session.inUse++;
    try {
      return await call(session.client);
    } finally {
      session.inUse--;
      if (session.retired && session.inUse === 0) void session.client.close();
    }
  }

  #connect(): Promise<Session> {
    this.#session ??= this.#open();
    return this.#session;
  }

  async #open(): Promise<Session> {
    const { kube, templates, now, observer } = this.#deps;
    const credentials = createCredentials(this.#scope, kube);
    this.#checkedAt = now();
    try {
      const client = await this.#provider.connect(this.#spec as never, this.#scope, {
        credentials,
        ...(templates === undefined ? {} : { templates }),
        now,
        ...(this.store.retry === undefined ? {} : { retry: this.store.retry }),
        countCall: (name, outcome) => observer.call(this.#label, name, outcome),
        paceCall: (name, signal) => this.#pace(name, signal),
      });
      return { client, credentials, inUse: 0, retired: false };
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }

  async #pace(call: string, signal: AbortSignal | undefined): Promise<void> {
    const { pace, observer } = this.#deps;
    if (pace === undefined) return;
    try {
      if ((await pace.take(call, signal)) === 'waited') observer.limited(this.#label, 'waited');
    } catch (error) {
      if (asProviderError(error).code === 'RateLimited') observer.limited(this.#label, 'refused');
      throw error;
    }
  }

  /** True when the credentials were looked at and had changed, so that the next call connects anew. */
  async #recheckCredentials(olderThanMs: number): Promise<boolean> {
    const before = this.#session;
    if (before === undefined) return false;
    if (this.#deps.now() - this.#checkedAt >= olderThanMs) {
      this.#checkedAt = this.#deps.now();
      this.#recheck = this.#replaceIfChanged(before).finally(() => {
        this.#recheck = undefined;
      });
    }
    await this.#recheck;
    return this.#session !== before;
  }

  async #replaceIfChanged(current: Promise<Session>): Promise<void> {
    const session = await current.catch(() => undefined);
    if (session === undefined || !(await session.credentials.changed())) return;
    if (this.#session === current) this.#session = undefined;
    void retire(session);
  }

  #paused(): ProviderError {
    const last = this.#breaker.lastFailure;
    const cause =
      last !== undefined && 'error' in last ? asProviderError(last.error) : new ProviderError('Unavailable');
    return new ProviderError(cause.code, { ...cause.details, probedEvery: probeIntervalMs / 1000 });
  }
}

/** A store's label in metrics. */
export function labelOf(provider: Provider, { provider: sections }: StoreHandle): string {
  return provider.label(sections[provider.name] as never);
}

function retire(session: Session): void | Promise<void> {
  session.retired = true;
  if (session.inUse === 0) return session.client.close();
}

/** A refused or missing key is an answer, and proves the backend alive. */
function concernsTheStore(error: unknown): boolean {
  const { retry } = asProviderError(error);
  return retry === 'backend' || retry === 'identity';
}

/** Whatever a client threw, as our own: a foreign error says nothing but that the backend could not be used. */
function asProviderError(error: unknown): ProviderError {
  return error instanceof ProviderError ? error : new ProviderError('Unavailable');
}
