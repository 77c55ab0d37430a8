import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { ResourceType, WatchEvent } from '../../server/kube-api.ts';
import { createCollector } from './collector.ts';
import type { Deleted, DeleteOptions } from './deletion.ts';
import { noSuchResource, notCovered } from './errors.ts';
import { copy, type JsonObject } from './json.ts';
import { apiVersionOf, type Kind } from './kinds/kind.ts';
import { registerDefinitions } from './kinds/registration.ts';
import {
  type Applied,
  apply,
  type Context,
  create,
  patch,
  read,
  remove,
  replace,
  type Write,
  type WriteOptions,
} from './requests.ts';
import { createState, type StoreOptions } from './state.ts';
import { type Listing, listObjects, type Selection, watchObjects } from './watch.ts';
import type { Effect, Target } from './write.ts';

export type { Write, WriteOptions } from './requests.ts';
export type { StoreOptions } from './state.ts';
export type { Target } from './write.ts';

/**
 * The in-memory API server: objects that are validated, versioned, owned and watched as the real one does.
 * Every method throws the KubeApiError that the real one would answer. Objects that come out are shared: copy before changing.
 */
export interface Store {
  /** Where a request goes; throws 404 where nothing is served. */
  readonly target: (
    type: Pick<ResourceType, 'group' | 'version' | 'resource'>,
    namespace?: string,
    subresource?: string,
  ) => Target;
  readonly kinds: () => readonly Kind[];
  /** The store's clock, in ms since the epoch. */
  readonly now: () => number;
  readonly newUid: () => string;
  readonly get: (target: Target, name: string) => KubeObject;
  readonly list: (target: Target, selection?: Selection) => Listing;
  /** Streams events after the version until the signal aborts; without one it begins with what is there. Throws 410 for a version that is forgotten. */
  readonly watch: (
    target: Target,
    selection: Selection & { readonly after?: number | undefined },
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly create: (target: Target, object: unknown, options: WriteOptions) => KubeObject;
  readonly replace: (target: Target, name: string, object: unknown, options: WriteOptions) => KubeObject;
  /** Stores what `change` makes of the object. */
  readonly patch: (
    target: Target,
    name: string,
    change: (object: JsonObject) => unknown,
    options: WriteOptions,
  ) => KubeObject;
  /** Server-side apply; creates the object when it is absent. */
  readonly apply: (
    target: Target,
    name: string,
    config: unknown,
    options: WriteOptions & { readonly force: boolean },
  ) => Applied;
  readonly remove: (
    target: Target,
    name: string,
    options?: DeleteOptions & { readonly effect?: Effect['effect'] },
  ) => Deleted;
  /** Calls `fn` before each write of a client is stored; what it throws is the answer. Returns how to stop it. */
  readonly intercept: (fn: (write: Write) => void) => () => void;
  /** Collects garbage now: what the background would do after a write. */
  readonly collect: () => void;
  /** Forgets all history, so that a watch from an older version answers 410. */
  readonly compact: () => void;
}

/** A store that holds nothing but the namespaces `default` and `kube-system`. */
export function createStore(options: StoreOptions = {}): Store {
  const state = createState(options);
  const collector = createCollector(state);
  registerDefinitions(state, collector.recheck);
  if (options.collection !== 'manual') collectInBackground(state.onCommit, collector);

  const interceptors = new Set<(write: Write) => void>();
  const admit = (write: Write): void => {
    for (const intercept of interceptors) intercept({ ...write, object: copy(write.object) });
  };
  const context: Context = { state, admit };

  const target: Store['target'] = ({ group, version, resource }, namespace, subresource) => {
    const kind = state.registry.find(group, version, resource);
    const apiVersion = apiVersionOf(group, version);
    if (subresource === undefined) return { kind, apiVersion, namespace, subresource };
    if (subresource === 'status' && kind.features.has('status'))
      return { kind, apiVersion, namespace, subresource };
    const exists = subresource === 'status' && kind.reset.includes('status');
    throw exists ? notCovered(`the status endpoint of ${kind.resource}`) : noSuchResource();
  };

  const namespaces = target({ group: '', version: 'v1', resource: 'namespaces' });
  for (const name of ['default', 'kube-system'])
    create(context, namespaces, { metadata: { name } }, { manager: 'kube-apiserver' });

  return {
    target,
    kinds: state.registry.all,
    now: state.now,
    newUid: state.newUid,
    get: (where, name) => read(context, where, name),
    list: (where, selection = {}) => listObjects(state, where, selection),
    watch: (...args) => watchObjects(state, ...args),
    create: (...args) => create(context, ...args),
    replace: (...args) => replace(context, ...args),
    patch: (...args) => patch(context, ...args),
    apply: (...args) => apply(context, ...args),
    remove: (...args) => remove(context, ...args),
    intercept: (fn) => {
      interceptors.add(fn);
      return () => interceptors.delete(fn);
    },
    collect: collector.run,
    compact: () => state.history.forget(state.version()),
  };
}

function collectInBackground(
  onCommit: (listener: () => void) => void,
  { isIdle, run }: { readonly isIdle: () => boolean; readonly run: () => void },
): void {
  let scheduled = false;
  onCommit(() => {
    if (scheduled || isIdle()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      run();
    });
  });
}
