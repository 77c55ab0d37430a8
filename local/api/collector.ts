import type { KubeObject, OwnerReference } from '../../composite-controllers/lib/objects.ts';
import { destroy, foreground, orphan } from './deletion.ts';
import type { Change } from './history.ts';
import { equal, type JsonObject, put } from './json.ts';
import { apiVersionOf, isNamespaces, type Kind } from './kinds/kind.ts';
import { trackUpdate } from './ownership/managed-fields.ts';
import type { State } from './state.ts';
import { isReleased, trackingOf } from './write.ts';

const manager = 'kube-controller-manager';
const unrefused = { effect: 'stored', admit: () => {} } as const;

/** Where an object lies; its state is read anew each time. */
interface Place {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * Does what kube-controller-manager's garbage collector and namespace controller would in the end have done: removes
 * objects whose owners are all gone, drops references to owners that are, finishes foreground and orphan deletions,
 * empties namespaces under deletion. Its writes pass no interceptor.
 */
export interface Collector {
  /** Works until nothing is left to do. */
  readonly run: () => void;
  /** Whether there is work. */
  readonly isIdle: () => boolean;
  /** Looks at every dependent again: a kind was registered, which may be one of owners. */
  readonly recheck: () => void;
}

export function createCollector(state: State): Collector {
  const dirty = new Map<string, Place>();
  const dependents = new Map<string, Map<string, Place>>();
  const ownersOf = (object: KubeObject | undefined) => object?.metadata.ownerReferences ?? [];
  const key = ({ kind, namespace, name }: Place) => [kind.group, kind.resource, namespace, name].join('/');
  const mark = (place: Place): void => {
    dirty.set(key(place), place);
  };

  state.onCommit(({ kind, before, after }: Change) => {
    const { namespace, name, uid = '', deletionTimestamp } = (after ?? before)!.metadata;
    const place: Place = { kind, namespace, name };
    const changedOwners = !equal(ownersOf(before), ownersOf(after));
    if (changedOwners) {
      for (const owner of ownersOf(before)) dependents.get(owner.uid)?.delete(key(place));
      for (const owner of ownersOf(after)) {
        const known = dependents.get(owner.uid) ?? new Map<string, Place>();
        dependents.set(owner.uid, known.set(key(place), place));
      }
    }
    const leaving = after === undefined || deletionTimestamp !== undefined;
    if (after !== undefined && (changedOwners || leaving)) mark(place);
    if (leaving) for (const dependent of dependents.get(uid)?.values() ?? []) mark(dependent);
    if (changedOwners || leaving)
      for (const owner of ownersOf(before)) {
        const ownerKind = state.registry.byKind(owner.apiVersion, owner.kind);
        if (ownerKind)
          mark({
            kind: ownerKind,
            namespace: ownerKind.namespaced ? namespace : undefined,
            name: owner.name,
          });
      }
    if (after === undefined && namespace !== undefined)
      mark({ kind: state.registry.find('', 'v1', 'namespaces'), namespace: undefined, name: namespace });
  });

  const dependentsOf = ({ metadata }: KubeObject): [Place, KubeObject][] =>
    [...(dependents.get(metadata.uid ?? '')?.values() ?? [])].flatMap((place) => {
      const object = state.get(place.kind, place.namespace, place.name);
      return object ? [[place, object] as [Place, KubeObject]] : [];
    });

  const work = (place: Place): void => {
    const read = () => state.get(place.kind, place.namespace, place.name);
    const found = read();
    if (found?.metadata.deletionTimestamp !== undefined)
      finishDeletion(state, place.kind, found, dependentsOf(found));
    const object = read();
    if (object) collect(state, place.kind, object, dependentsOf(object).length > 0);
  };

  return {
    isIdle: () => dirty.size === 0,
    run: () => {
      for (const [id, place] of dirty) {
        dirty.delete(id);
        work(place);
      }
    },
    recheck: () => {
      for (const places of dependents.values()) for (const place of places.values()) mark(place);
    },
  };
}

type Standing = 'solid' | 'leaving' | 'absent' | 'unknown';

/** How an owner stands: `leaving` waits in foreground deletion, `unknown` can't be looked up by what the API serves. */
function standingOf(state: State, dependent: KubeObject, reference: OwnerReference): Standing {
  const kind = state.registry.byKind(reference.apiVersion, reference.kind);
  const { namespace } = dependent.metadata;
  if (kind === undefined || (kind.namespaced && namespace === undefined)) return 'unknown';
  const owner = state.get(kind, namespace, reference.name);
  if (owner?.metadata.uid !== reference.uid) return 'absent';
  const inForeground = owner.metadata.finalizers?.includes(foreground) ?? false;
  return owner.metadata.deletionTimestamp !== undefined && inForeground ? 'leaving' : 'solid';
}

function collect(state: State, kind: Kind, object: KubeObject, hasDependents: boolean): void {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || object.metadata.deletionTimestamp !== undefined) return;
  const standings = references.map((reference) => standingOf(state, object, reference));
  if (standings.includes('unknown')) return;
  if (!standings.includes('solid')) {
    const propagation = standings.includes('leaving') && hasDependents ? 'Foreground' : undefined;
    destroy(state, kind, object, { propagation }, unrefused);
  } else if (standings.some((standing) => standing !== 'solid')) {
    const kept = references.filter((_, index) => standings[index] === 'solid');
    amend(state, kind, object, 'ownerReferences', kept);
  }
}

function finishDeletion(
  state: State,
  kind: Kind,
  object: KubeObject,
  dependents: [Place, KubeObject][],
): void {
  const { uid, finalizers = [] } = object.metadata;
  if (isNamespaces(kind)) {
    emptyNamespace(state, kind, object);
    return;
  }
  const without = (name: string) => finalizers.filter((finalizer) => finalizer !== name);
  if (finalizers.includes(orphan)) {
    for (const [place, dependent] of dependents) {
      const kept = dependent.metadata.ownerReferences!.filter((owner) => owner.uid !== uid);
      amend(state, place.kind, dependent, 'ownerReferences', kept);
    }
    amend(state, kind, object, 'finalizers', without(orphan));
  } else if (finalizers.includes(foreground)) {
    const blocks = (owner: OwnerReference) => owner.uid === uid && owner.blockOwnerDeletion === true;
    if (!dependents.some(([, dependent]) => dependent.metadata.ownerReferences!.some(blocks)))
      amend(state, kind, object, 'finalizers', without(foreground));
  }
}

function emptyNamespace(state: State, namespaces: Kind, namespace: KubeObject): void {
  const inside = (kind: Kind) =>
    [...state.objectsOf(kind).values()].filter(
      ({ metadata }) => metadata.namespace === namespace.metadata.name,
    );
  const kinds = state.registry.all();
  for (const kind of kinds)
    for (const object of inside(kind))
      if (object.metadata.deletionTimestamp === undefined) destroy(state, kind, object, {}, unrefused);
  const now = state.get(namespaces, undefined, namespace.metadata.name);
  if (now && !kinds.some((kind) => inside(kind).length > 0)) state.commit(namespaces, now, undefined);
}

/** Changes a list in the metadata as the controller manager's patches do; an empty list goes. */
function amend(
  state: State,
  kind: Kind,
  live: KubeObject,
  field: 'ownerReferences' | 'finalizers',
  list: readonly unknown[],
): void {
  const apiVersion = apiVersionOf(kind.group, kind.storage);
  const target = { kind, apiVersion, namespace: live.metadata.namespace, subresource: undefined };
  const metadata = put(live.metadata as unknown as JsonObject, field, list.length > 0 ? list : undefined);
  const tracking = trackingOf(state, target, manager);
  const managedFields = trackUpdate(tracking, live, { ...live, metadata }, kind.empty, undefined);
  const next = { ...live, metadata: put(metadata, 'managedFields', managedFields) } as unknown as KubeObject;
  state.commit(kind, live, isReleased(kind, next) ? undefined : next);
}
