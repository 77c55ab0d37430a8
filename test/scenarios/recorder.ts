import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type KubeApi, KubeApiError, type ResourceType, type WatchEvent } from '../../server/kube-api.ts';
import { typeOf } from './kinds.ts';

/** Something that happened to an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** The order of all changes of the API server. */
  readonly revision: bigint;
}

/** All that happens to the objects of some kinds, in all namespaces: what is there now, and what was there in between. */
export interface Recorder {
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(kind: string, namespace: string): KubeObject[];
  /** Changes to objects of the kind after a revision, in order. */
  changes(kind: string, after: bigint): readonly Change[];
  /** Up to where the changes of the kind are known. */
  revision(kind: string): bigint;
  /** Resolves with the next change of anything, or after `ms`. */
  next(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a {@link Recorder}; resolves when it has seen what is there. */
export async function startRecorder(api: KubeApi, kinds: readonly string[]): Promise<Recorder> {
  const stopping = new AbortController();
  const state = new Map<string, Map<string, KubeObject>>();
  const history = new Map<string, Change[]>();
  const revisions = new Map<string, bigint>();
  let waiting = Promise.withResolvers<void>();

  const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;
  const record = (kind: string, { type, object }: WatchEvent) => {
    revisions.set(kind, revisionOf(object));
    if (type === 'BOOKMARK') return;
    const { namespace, name } = object.metadata;
    if (type === 'DELETED') state.get(kind)?.delete(keyOf(namespace, name));
    else state.get(kind)?.set(keyOf(namespace, name), object);
    history.get(kind)?.push({ type, object, revision: revisionOf(object) });
    waiting.resolve();
    waiting = Promise.withResolvers<void>();
  };

  const follow = async (kind: string, from: string) => {
    let resourceVersion = from;
    while (!stopping.signal.aborted) {
      try {
        const onEvent = (event: WatchEvent) => {
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
          record(kind, event);
        };
        await api.watch(typeOf(kind), { resourceVersion }, onEvent, stopping.signal);
      } catch (error) {
        // What was missed cannot be told: the history would have a hole.
        if (error instanceof KubeApiError && error.status === 410) throw error;
      }
      await sleep(50);
    }
  };

  const followers = await Promise.all(
    kinds.map(async (kind) => {
      const { items, resourceVersion } = await api.list(typeOf(kind));
      const known = items.map((item) => [keyOf(item.metadata.namespace, item.metadata.name), item] as const);
      state.set(kind, new Map(known));
      history.set(kind, []);
      revisions.set(kind, BigInt(resourceVersion));
      return () => follow(kind, resourceVersion);
    }),
  );
  const following = Promise.all(followers.map((start) => start()));
  let failure: unknown;
  following.catch((error: unknown) => {
    failure = error;
    waiting.resolve();
  });

  const of = <T>(map: ReadonlyMap<string, T>, kind: string): T => {
    const found = map.get(kind);
    if (found === undefined) throw new Error(`changes of ${kind} are not recorded`);
    return found;
  };
  return {
    get: (kind, namespace, name) => of(state, kind).get(keyOf(namespace, name)),
    list: (kind, namespace) =>
      [...of(state, kind).values()].filter((object) => object.metadata.namespace === namespace),
    revision: (kind) => of(revisions, kind),
    changes: (kind, after) => of(history, kind).filter(({ revision }) => revision > after),
    async next(ms) {
      if (failure !== undefined) throw failure;
      const timer = new AbortController();
      await Promise.race([waiting.promise, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    },
    async stop() {
      stopping.abort();
      await following.catch(() => {});
    },
  };
}

/** The API server's revision, up to which all that was written is before, and after which all is later. */
export async function currentRevision(api: KubeApi, type: ResourceType, namespace: string): Promise<bigint> {
  const { resourceVersion } = await api.list(type, { namespace });
  return BigInt(resourceVersion);
}

function revisionOf({ metadata }: KubeObject): bigint {
  return BigInt(metadata.resourceVersion ?? '0');
}
