import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType, WatchEvent } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';

/** What a subscriber hears of, in order. A promise holds back every later event of the informer. */
export interface InformerHandler {
  add?(object: KubeObject): void | Promise<void>;
  /** A resync gives the same reference twice; a real change gives two different objects. */
  update?(old: KubeObject, current: KubeObject): void | Promise<void>;
  remove?(object: KubeObject): void | Promise<void>;
}

/** A cached copy of all objects of one type in all namespaces. The objects are shared: never write to them. */
export interface Informer {
  readonly type: ResourceType;
  /** True once the first list is in the cache. */
  synced(): boolean;
  /** Resolves once the first list is in the cache, or never. */
  ready(): Promise<void>;
  get(namespace: string | undefined, name: string): KubeObject | undefined;
  /** All objects, or those of one namespace. */
  list(namespace?: string): KubeObject[];
  /** Objects whose controller ownerRef has this uid. */
  ownedBy(uid: string, namespace?: string): KubeObject[];
  /** Objects without a controller ownerRef. */
  orphans(namespace?: string): KubeObject[];
  /** Adds a subscriber and gives it what is cached as a resync; returns the unsubscription. */
  subscribe(handler: InformerHandler): () => void;
  /** Gives one subscriber all cached objects as a resync. */
  resync(handler: InformerHandler): void;
  /** From now on, changes wait in front of the cache. */
  hold(): void;
  /** Lets the `count` oldest waiting changes in, all of them and the later ones when not given; resolves when they are delivered. */
  release(count?: number): Promise<void>;
  /** How many changes wait, `undefined` when the informer isn't held. */
  pending(): number | undefined;
  /** Resolves when every change in the cache has reached the subscribers. */
  delivered(): Promise<void>;
  /** How many changes have gone into the cache. */
  changes(): number;
  start(): void;
  stop(): void;
}

type Change = WatchEvent | { readonly type: 'LISTED'; readonly items: readonly KubeObject[] };

/** The cache key of an object: `namespace/name`, or the name alone. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The uid of the controller that owns an object, `undefined` when it has none. */
export function controllerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find((ref) => ref.controller === true)?.uid;
}

/**
 * Returns a stopped informer over list and watch; it lists again after 410 or any other failure. What a subscriber
 * throws goes to `onError`.
 */
export function createInformer(
  api: KubeApi,
  type: ResourceType,
  clock: Clock,
  onError: (error: unknown) => void,
): Informer {
  const cache = new Map<string, KubeObject>();
  const byController = new Map<string, Map<string, KubeObject>>();
  const handlers = new Set<InformerHandler>();
  const stopping = new AbortController();
  let waiting: Change[] | undefined;
  const first = Promise.withResolvers<void>();
  let synced = false;
  let changes = 0;
  let tail = Promise.resolve();

  const keyOf = ({ metadata }: KubeObject) => objectKey(metadata.namespace, metadata.name);

  function put(key: string, object: KubeObject | undefined): KubeObject | undefined {
    const old = cache.get(key);
    if (old !== undefined) {
      const owner = controllerUid(old) ?? '';
      const owned = byController.get(owner);
      owned?.delete(key);
      if (owned?.size === 0) byController.delete(owner);
    }
    if (object === undefined) cache.delete(key);
    else {
      cache.set(key, object);
      const owner = controllerUid(object) ?? '';
      const owned = byController.get(owner) ?? new Map<string, KubeObject>();
      byController.set(owner, owned.set(key, object));
    }
    return old;
  }

  function deliver(tell: (handler: InformerHandler) => void | Promise<void>, to?: InformerHandler): void {
    tail = tail
      .then(async () => {
        for (const handler of to === undefined ? [...handlers] : [to]) {
          if (handlers.has(handler)) await tell(handler);
        }
      })
      .catch(onError);
  }

  function store(object: KubeObject): void {
    const old = put(keyOf(object), object);
    if (old === undefined) deliver((handler) => handler.add?.(object));
    else if (old.metadata.resourceVersion !== object.metadata.resourceVersion) {
      deliver((handler) => handler.update?.(old, object));
    }
  }

  function drop(key: string, last: KubeObject): void {
    if (put(key, undefined) !== undefined) deliver((handler) => handler.remove?.(last));
  }

  function apply(change: Change): void {
    changes++;
    if (change.type === 'LISTED') {
      for (const object of change.items) store(object);
      const listed = new Set(change.items.map(keyOf));
      for (const [key, object] of cache) if (!listed.has(key)) drop(key, object);
      synced = true;
      first.resolve();
    } else if (change.type === 'DELETED') drop(keyOf(change.object), change.object);
    else store(change.object);
  }

  const receive = (change: Change) => (waiting === undefined ? apply(change) : void waiting.push(change));

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.setTimer(resolve, ms);
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    return promise.finally(cancel);
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const { items, resourceVersion } = await api.list(type);
        if (signal.aborted) return;
        receive({ type: 'LISTED', items });
        for (let from = resourceVersion, quiet = false; !signal.aborted; ) {
          if (quiet) await pause(100); // a stream that keeps ending at once must not spin
          quiet = true;
          const onEvent = (event: WatchEvent) => {
            if (signal.aborted) return;
            quiet = false;
            failures = 0;
            from = event.object.metadata.resourceVersion ?? from;
            if (event.type !== 'BOOKMARK') receive(event);
          };
          await api.watch(type, { resourceVersion: from }, onEvent, signal);
        }
      } catch {
        await pause(Math.min(50 * 2 ** failures, 5000));
      }
    }
  }

  const within = (objects: Iterable<KubeObject>, namespace?: string) =>
    [...objects].filter((object) => !namespace || object.metadata.namespace === namespace);

  async function delivered(): Promise<void> {
    for (let seen: unknown; seen !== tail; ) {
      seen = tail;
      await tail;
    }
  }

  function resync(handler: InformerHandler): void {
    for (const object of cache.values()) deliver((to) => to.update?.(object, object), handler);
  }

  return {
    type,
    synced: () => synced,
    ready: () => first.promise,
    get: (namespace, name) => cache.get(objectKey(namespace, name)),
    list: (namespace) => within(cache.values(), namespace),
    ownedBy: (uid, namespace) => within(byController.get(uid)?.values() ?? [], namespace),
    orphans: (namespace) => within(byController.get('')?.values() ?? [], namespace),
    subscribe(handler) {
      handlers.add(handler);
      resync(handler);
      return () => handlers.delete(handler);
    },
    resync,
    hold() {
      waiting ??= [];
    },
    release(count) {
      const changes = waiting?.splice(0, count ?? waiting.length) ?? [];
      if (count === undefined) waiting = undefined;
      for (const change of changes) apply(change);
      return delivered();
    },
    pending: () => waiting?.length,
    delivered,
    changes: () => changes,
    start: () => void run(),
    stop: () => stopping.abort(),
  };
}
