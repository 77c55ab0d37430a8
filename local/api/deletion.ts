import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { conflict, invalid, notCovered, unsupported } from './errors.ts';
import { equal } from './json.ts';
import { definitions } from './kinds/definition.ts';
import { isNamespaces, type Kind } from './kinds/kind.ts';
import type { State } from './state.ts';
import type { Effect } from './write.ts';

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: string | undefined;
}

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** An object that a DELETE removed, or that stays under deletion until its finalizers are gone. */
export type Deleted =
  | { readonly outcome: 'removed'; readonly object: KubeObject }
  | { readonly outcome: 'pending'; readonly object: KubeObject };

const policies = ['Foreground', 'Background', 'Orphan'];

/** Throws 422 for a propagation policy that does not exist. */
export function checkPropagation(propagation: string | undefined): void {
  if (propagation === undefined || policies.includes(propagation)) return;
  throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions', name: '' }, [
    unsupported('propagationPolicy', propagation, [...policies, 'nil']),
  ]);
}

/** Deletes an object, or marks it as being deleted while it has finalizers. Throws 409 where a precondition does not hold. */
export function destroy(
  state: State,
  kind: Kind,
  live: KubeObject,
  options: DeleteOptions,
  { effect, admit }: Effect,
): Deleted {
  checkPreconditions(kind, live, options);
  admit(live);
  const next = isNamespaces(kind) ? terminating(state, live) : marked(state, kind, live, options.propagation);
  const dry = effect === 'dryRun';
  if (isNamespaces(kind) || next.metadata.finalizers?.length)
    return { outcome: 'pending', object: dry || next === live ? next : state.commit(kind, live, next) };
  if (kind.resource === definitions.resource) refuseOrphans(state, live);
  return { outcome: 'removed', object: dry ? live : state.commit(kind, live, undefined) };
}

function checkPreconditions(
  kind: Kind,
  { metadata }: KubeObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  const subject = { group: kind.group, resource: kind.kind, name: metadata.name };
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      subject,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      subject,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** The object as deletion marks it, with the finalizer of its propagation policy; itself where nothing changes. */
function marked(state: State, kind: Kind, live: KubeObject, propagation: string | undefined): KubeObject {
  const { metadata } = live;
  const had = metadata.finalizers ?? [];
  const others = had.filter((name) => name !== foreground && name !== orphan);
  const wanted =
    { Foreground: [...others, foreground], Orphan: [...others, orphan], Background: others }[
      propagation ?? ''
    ] ?? had;
  const first = metadata.deletionTimestamp === undefined;
  if (!first && equal(wanted, had)) return live;
  const counts = first && kind.features.has('generation') && metadata.generation !== undefined;
  return {
    ...live,
    metadata: {
      ...metadata,
      finalizers: wanted,
      ...(first && { deletionTimestamp: state.time(), deletionGracePeriodSeconds: 0 }),
      ...(counts && { generation: metadata.generation! + 1 }),
    },
  };
}

function terminating(state: State, live: KubeObject): KubeObject {
  const { metadata } = live;
  if (metadata.deletionTimestamp !== undefined) return live;
  return {
    ...live,
    metadata: { ...metadata, deletionTimestamp: state.time() },
    status: { ...(live.status as object), phase: 'Terminating' },
  };
}

function refuseOrphans(state: State, definition: KubeObject): void {
  const { group, names } = definition.spec as { group: string; names: { plural: string } };
  const kind = state.registry.all().find((known) => known.group === group && known.resource === names.plural);
  if (kind && state.objectsOf(kind).size > 0)
    throw notCovered('the deletion of a CustomResourceDefinition that has objects');
}
