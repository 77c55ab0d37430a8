import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { objectKey } from '../../../local/metacontroller/informer.ts';
import type { KubeApi, ResourceType, WatchEvent } from '../../../server/kube-api.ts';

/**
 * An API server behind a watch cache of its own, for list and watch of chosen resources: what it shows may lag, and never
 * runs backwards. Objects that come out are shared.
 */
export interface Replicas {
  readonly api: KubeApi;
  /** From now on, changes of the resource wait in front of the cache. */
  hold(resource: string): void;
  /** Lets the `count` oldest waiting changes in; all of them and the later ones when not given. */
  release(resource: string, count?: number): void;
}

interface Replica {
  list(): { items: KubeObject[]; resourceVersion: string };
  watch(from: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  hold(): void;
  release(count?: number): void;
}

/** {@link Replicas} of the given types in front of `api`; they follow it until `signal` aborts. */
export function createReplicas(api: KubeApi, types: readonly ResourceType[], signal: AbortSignal): Replicas {
  const replicas = new Map(types.map((type) => [type.resource, createReplica(api, type, signal)]));
  const replica = (resource: string): Replica => {
    const found = replicas.get(resource);
    if (found === undefined) throw new Error(`there is no replica of ${resource}`);
    return found;
  };
  return {
    api: {
      ...api,
      list: async (type, options) => replicas.get(type.resource)?.list() ?? api.list(type, options),
      watch: (type, options, onEvent, until) =>
        replicas.get(type.resource)?.watch(options.resourceVersion, onEvent, until) ??
        api.watch(type, options, onEvent, until),
    },
    hold: (resource) => replica(resource).hold(),
    release: (resource, count) => replica(resource).release(count),
  };
}

function createReplica(api: KubeApi, type: ResourceType, signal: AbortSignal): Replica {
  const objects = new Map<string, KubeObject>();
  const shown: WatchEvent[] = [];
  const waiting: WatchEvent[] = [];
  // From before anything was installed: all changes, in their order.
  let seen = 1;
  let mode: 'following' | 'held' = 'following';
  let wake = Promise.withResolvers<void>();

  const versionOf = ({ object }: WatchEvent) => Number(object.metadata.resourceVersion);

  function show(event: WatchEvent): void {
    const { namespace, name } = event.object.metadata;
    if (event.type === 'DELETED') objects.delete(objectKey(namespace, name));
    else objects.set(objectKey(namespace, name), event.object);
    shown.push(event);
  }

  function receive(event: WatchEvent): void {
    if (versionOf(event) <= seen) return;
    seen = versionOf(event);
    if (mode === 'held') waiting.push(event);
    else show(event);
    wake.resolve();
    wake = Promise.withResolvers();
  }

  /** The store hands out what it has before the call returns, so a list right after a write shows it. */
  function pull(): void {
    const once = new AbortController();
    void api.watch(type, { resourceVersion: String(seen) }, receive, once.signal);
    once.abort();
  }

  void api.watch(type, { resourceVersion: String(seen) }, receive, signal);

  return {
    list() {
      pull();
      const last = shown.at(-1);
      return {
        items: [...objects.values()],
        resourceVersion: last === undefined ? '1' : String(versionOf(last)),
      };
    },
    async watch(from, onEvent, until) {
      let next = shown.findIndex((event) => versionOf(event) > Number(from));
      if (next < 0) next = shown.length;
      const ended = new Promise<void>((resolve) =>
        until.addEventListener('abort', () => resolve(), { once: true }),
      );
      while (!until.aborted) {
        const event = shown[next];
        if (event === undefined) await Promise.race([wake.promise, ended]);
        else {
          next++;
          onEvent(event);
        }
      }
    },
    hold() {
      pull();
      mode = 'held';
    },
    release(count) {
      pull();
      for (const event of waiting.splice(0, count ?? waiting.length)) show(event);
      if (count === undefined) mode = 'following';
      wake.resolve();
      wake = Promise.withResolvers();
    },
  };
}
