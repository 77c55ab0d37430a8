import { LRUCache } from 'lru-cache';
import type { Backends, FindOptions, ReadOptions, StoreHandle } from './backends.ts';
import { type Coalescer, createCoalescer, type Shared } from './coalescer.ts';
import { Connection, labelOf } from './connection.ts';
import { credentialsOf, dependsOnConsumer, isReferent, providerOf, refKey } from './identity.ts';
import { ProviderError } from './kit/errors.ts';
import type { KubeReader } from './kit/kube.ts';
import type {
  DeleteOutcome,
  Provider,
  PushOutcome,
  PushTarget,
  RemoteSecret,
  SecretMap,
  SecretsClient,
  StoreScope,
} from './kit/provider.ts';
import { callMs } from './kit/retry.ts';
import type { TemplateRenderer } from './kit/templates.ts';
import type { BackendObserver } from './observer.ts';
import { createRateLimits } from './rate-limits.ts';
import { createTurns } from './turns.ts';

export interface BackendsOptions {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly kube: KubeReader;
  readonly templates?: TemplateRenderer;
  readonly observer: BackendObserver;
  readonly now: () => number;
  /** No answer is shared for longer than this, in ms. */
  readonly coalesceWindowMs: number;
}

const maxConnections = 1_000;
const maxSharedBytes = 64 * 1024 * 1024;
const slotsPerConnection = 32;
const readTimeoutMs = 10_000;
const findTimeoutMs = 120_000;
const writeTimeoutMs = 30_000;
/** Outcomes of pushes, deletions and questions after which what was read is as true as before. */
const nothingChanged = new Set<PushOutcome | DeleteOutcome | boolean>([
  'unchanged',
  'absent',
  'unmanaged',
  true,
  false,
]);

/** {@link Backends} over the registered providers. */
export function createBackends(options: BackendsOptions): Backends {
  const { providers, kube, templates, observer, now, coalesceWindowMs } = options;
  const connections = new LRUCache<string, Connection>({
    max: maxConnections,
    dispose: (connection) => void connection.close(),
  });
  const coalescerOptions = { now, windowMs: coalesceWindowMs, maxBytes: maxSharedBytes };
  const rateLimits = createRateLimits({ now });
  const reads: Coalescer<RemoteSecret> = createCoalescer(coalescerOptions);
  const finds: Coalescer<SecretMap> = createCoalescer(coalescerOptions);

  const connect = (
    store: StoreHandle,
    consumer: string | undefined,
  ): { key: string; connection: Connection } => {
    const provider = providerOf(providers, store);
    const namespace = store.kind === 'SecretStore' ? store.namespace : consumer;
    const scope: StoreScope = { kind: store.kind, name: store.name, namespace };
    const isShared = !dependsOnConsumer(provider, store, scope);
    const slot = `${store.uid}@${isShared ? '' : (namespace ?? '')}`;
    const known = connections.get(slot);
    if (known !== undefined && known.store.generation === store.generation)
      return { key: keyOf(slot, store), connection: known };
    const owner = isShared ? { ...scope, namespace: store.namespace } : scope;
    const limits = provider.rateLimits?.(store.provider[provider.name] as never) ?? [];
    const connection = new Connection(store, provider, owner, {
      kube,
      ...(templates === undefined ? {} : { templates }),
      now,
      observer,
      slots: slotsPerConnection,
      ...(limits.length === 0
        ? {}
        : { pace: rateLimits.paceOf(provider.name, limits, credentialsOf(provider, store, owner)) }),
    });
    connections.set(slot, connection);
    return { key: keyOf(slot, store), connection };
  };

  const share = async <T>(
    store: StoreHandle,
    get: () => Promise<Shared<T>>,
    signal: AbortSignal,
    givenUp: ProviderError,
  ): Promise<T> => {
    const { value, source } = await untilAborted(get(), signal, givenUp);
    if (source === 'shared') observer.coalesced(labelOf(providerOf(providers, store), store));
    return value;
  };

  const turns = createTurns();
  /** Every reader of the store is outdated, whatever its identity: a key may have other names in the backend. */
  const forget = ({ uid }: StoreHandle) => {
    reads.forget(`${uid}@`);
    finds.forget(`${uid}@`);
  };
  const write = <T extends PushOutcome | DeleteOutcome | boolean>(
    store: StoreHandle,
    consumer: string,
    { remoteKey }: PushTarget,
    call: (client: SecretsClient) => Promise<T> | undefined,
    signal: AbortSignal,
  ): Promise<T> => {
    const run = async () => {
      // A turn that comes after its caller has left would write what may be old by now.
      if (signal.aborted) throw new ProviderError('Timeout');
      const { connection } = connect(store, consumer);
      return connection.run(
        'refresh',
        async (client) =>
          call(client) ?? Promise.reject(new ProviderError('Unsupported', { what: 'pushing' })),
        'write',
      );
    };
    return untilAborted(
      turns.take(`${store.uid} ${remoteKey}`, run).then(
        (outcome) => {
          if (!nothingChanged.has(outcome)) forget(store);
          return outcome;
        },
        (error: unknown) => {
          // It may have taken effect all the same.
          forget(store);
          throw error;
        },
      ),
      signal,
      new ProviderError('Timeout'),
    );
  };

  return {
    read(store, consumer, ref, options: ReadOptions) {
      const read = async () => {
        const { key, connection } = connect(store, consumer);
        return reads.get(
          `${key}|${refKey(ref, providerOf(providers, store))}`,
          options,
          () =>
            connection.run(options.priority, (client) =>
              client.read(ref, AbortSignal.timeout(callMs(store.retry, readTimeoutMs))),
            ),
          (secret) => secret.size,
        );
      };
      // With repetitions of its own it may outlast a call, as a listing does.
      const givenUp =
        store.retry === undefined
          ? new ProviderError('Timeout')
          : new ProviderError('UnderWay', { what: ref.key });
      return share(store, read, options.signal, givenUp);
    },
    find(store, consumer, query, options: FindOptions) {
      if (options.byKey && !providerOf(providers, store).findsByKey)
        return Promise.reject(
          new ProviderError('Unsupported', { what: 'dataFrom.find where remoteKeys narrow the store' }),
        );
      const find = async () => {
        const { key, connection } = connect(store, consumer);
        return finds.get(
          `${key}|${JSON.stringify(query)}`,
          options,
          () =>
            connection.run(options.priority, (client) => {
              if (client.find === undefined)
                throw new ProviderError('Unsupported', { what: 'dataFrom.find' });
              return client.find(query, AbortSignal.timeout(findTimeoutMs));
            }),
          sizeOfMap,
        );
      };
      // It may list thousands, for longer than a call lasts; the next call takes what it comes to.
      const underWay = new ProviderError('UnderWay', { what: 'dataFrom.find' });
      return share(store, find, options.signal, underWay);
    },
    push: (store, consumer, push, signal) =>
      write(store, consumer, push, (client) => client.push?.(push, writeTimeout(store)), signal),
    delete: (store, consumer, target, signal) =>
      write(store, consumer, target, (client) => client.delete?.(target, writeTimeout(store)), signal),
    exists: (store, consumer, target, signal) =>
      write(store, consumer, target, (client) => client.exists?.(target, writeTimeout(store)), signal),
    async check(store, signal) {
      const provider = providerOf(providers, store);
      const consumer = store.kind === 'SecretStore' ? store.namespace : undefined;
      const scope: StoreScope = { kind: store.kind, name: store.name, namespace: consumer };
      if (consumer === undefined && isReferent(provider, store, scope)) return 'skipped';
      const { connection } = connect(store, consumer);
      return untilAborted(
        connection.run('refresh', (client) =>
          client.check(AbortSignal.timeout(callMs(store.retry, readTimeoutMs))),
        ),
        signal,
        new ProviderError('Timeout'),
      );
    },
    health(store) {
      const connection =
        connections.peek(`${store.uid}@`) ?? connections.peek(`${store.uid}@${store.namespace ?? ''}`);
      return { breaker: connection?.breakerState ?? 'closed' };
    },
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
      connections.clear();
    },
  };
}

function keyOf(slot: string, store: StoreHandle): string {
  return `${slot}#${store.generation}`;
}

function writeTimeout({ retry }: StoreHandle): AbortSignal {
  return AbortSignal.timeout(callMs(retry, writeTimeoutMs));
}

function sizeOfMap(map: SecretMap): number {
  let size = 0;
  for (const [key, value] of map) size += key.length + value.byteLength;
  return size;
}

/** The caller stops waiting when its signal aborts; the work itself goes on. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal, givenUp: ProviderError): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(givenUp);
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(givenUp);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
