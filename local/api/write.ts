import type { KubeObject, ManagedFields } from '../../composite-controllers/lib/objects.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  type FieldError,
  invalid,
  invalidValue,
  notFound,
  StatusError,
  type Subject,
  staleVersion,
} from './errors.ts';
import { equal, type JsonObject, put } from './json.ts';
import { isNamespaces, type Kind } from './kinds/kind.ts';
import { validateMetadata, validateMetadataUpdate } from './kinds/metadata.ts';
import { schemaAt } from './kinds/registry.ts';
import type { Tracking } from './ownership/managed-fields.ts';
import { inStorage } from './schema/codec.ts';
import { validateStructural } from './schema/structural-validation.ts';
import type { State } from './state.ts';

/** Where a request goes: a kind in one of its versions, a namespace, an endpoint. */
export interface Target {
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly subresource: 'status' | undefined;
}

/** What a client gave to be stored: decoded, with its ownership computed. */
export interface Candidate {
  readonly object: JsonObject;
  readonly managedFields: ManagedFields[] | undefined;
  /** A PUT names its object by uid, where a patch would change the uid. */
  readonly from: 'put' | 'patch';
}

export interface Effect {
  readonly effect: 'stored' | 'dryRun';
  /** Sees what is about to be stored and may refuse it. */
  readonly admit: (object: KubeObject) => void;
}

export const byResource = ({ group, resource }: Kind, name: string): Subject => ({ group, resource, name });
const byKind = ({ group, kind }: Kind, name: string): Subject => ({ group, resource: kind, name });

/** How ownership is tracked for a request. */
export function trackingOf(state: State, target: Target, manager: string): Tracking {
  const { kind, apiVersion, subresource } = target;
  return {
    apiVersion,
    schemaFor: (version) => schemaAt(kind, version),
    manager,
    subresource,
    reset: subresource === 'status' ? ['metadata', 'spec'] : kind.reset,
    time: state.time(),
  };
}

/** The object in the namespace of the request; throws 400 where it names another. */
function inNamespace({ kind, namespace }: Target, object: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject;
  const wanted = kind.namespaced ? namespace : undefined;
  if (metadata.namespace !== undefined && metadata.namespace !== wanted)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  return { ...object, metadata: put(metadata, 'namespace', wanted) };
}

function checkNamespace(state: State, { kind, namespace }: Target, name: string): void {
  if (!kind.namespaced) return;
  const namespaces = state.registry.find('', 'v1', 'namespaces');
  const found = state.get(namespaces, undefined, namespace ?? '');
  if (found === undefined) throw notFound(byResource(namespaces, namespace ?? ''));
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `${kind.resource} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError(403, 'Forbidden', message, { name, kind: kind.resource, causes: [cause] });
}

function validate({ kind, apiVersion }: Target, object: JsonObject, live: KubeObject | undefined): void {
  const metadata = object.metadata as JsonObject;
  const errors: FieldError[] = [
    ...validateMetadata(metadata, kind.names),
    ...(live ? validateMetadataUpdate(metadata, live.metadata as unknown as JsonObject) : []),
    ...kind.validate(object, live),
    ...(kind.origin === 'custom' ? validateStructural(schemaAt(kind, apiVersion)!, object) : []),
  ];
  if (errors.length > 0) throw invalid(byKind(kind, String(metadata.name ?? '')), errors);
}

/** Stores a new object. Throws 404 or 403 by its namespace, 422 by validation, 409 where the name is taken. */
export function insert(state: State, target: Target, candidate: Candidate, effect: Effect): KubeObject {
  const { kind } = target;
  const placed = inNamespace(target, candidate.object);
  const { deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, ...metadata } =
    placed.metadata as JsonObject;
  checkNamespace(state, target, String(metadata.name ?? ''));
  const bare = kind.reset.reduce<JsonObject>((rest, name) => put(rest, name, undefined), placed);
  const made = kind.initialise({
    ...bare,
    metadata: {
      ...metadata,
      uid: state.newUid(),
      creationTimestamp: state.time(),
      ...(kind.features.has('generation') && { generation: 1 }),
      ...(candidate.managedFields && { managedFields: candidate.managedFields }),
    },
  });
  validate(target, made, undefined);
  const object = inStorage(kind, made);
  effect.admit(object);
  const { name } = object.metadata;
  const taken = state.get(kind, target.namespace, name);
  if (taken)
    throw alreadyExists(byResource(kind, name), taken.metadata.deletionTimestamp ? 'deleting' : 'alive');
  return effect.effect === 'dryRun' ? object : state.commit(kind, undefined, object);
}

/** Stores the next state of an object. Throws 409 for a stale version or another uid, 422 by validation. */
export function overwrite(
  state: State,
  target: Target,
  live: KubeObject,
  candidate: Candidate,
  { effect, admit }: Effect,
): KubeObject {
  const { kind } = target;
  const placed = inNamespace(target, candidate.object);
  checkVersion(kind, live, placed, candidate.from);
  const wanted = nextState(target, live, placed, candidate.managedFields);
  validate(target, wanted, live);
  const next = keepTimes(live, inStorage(kind, wanted));
  admit(next);
  if (isReleased(kind, next)) {
    if (effect === 'stored') state.commit(kind, live, undefined);
    return next;
  }
  if (equal(live, next)) return live;
  return effect === 'dryRun' ? next : state.commit(kind, live, next);
}

function checkVersion(kind: Kind, live: KubeObject, next: JsonObject, from: Candidate['from']): void {
  const { name, uid, resourceVersion } = next.metadata as JsonObject;
  if (name !== live.metadata.name)
    throw badRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${live.metadata.name})`,
    );
  const subject = byResource(kind, live.metadata.name);
  if (from === 'put' && uid !== undefined && uid !== live.metadata.uid)
    throw conflict(subject, otherUid(kind, live, String(uid)));
  if (resourceVersion === undefined && !kind.features.has('unconditionalUpdate'))
    throw invalid(subject, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(subject, staleVersion);
}

function otherUid({ group, resource }: Kind, { metadata }: KubeObject, uid: string): string {
  const key = [group, resource, metadata.namespace, metadata.name].filter(Boolean).join('/');
  const what = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
  return `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: ${what}`;
}

/** What the endpoint lets through of the candidate, with the metadata that only the server sets. */
function nextState(
  { kind, subresource }: Target,
  live: KubeObject,
  given: JsonObject,
  managedFields: ManagedFields[] | undefined,
): JsonObject {
  const old = live.metadata as unknown as JsonObject;
  if (subresource === 'status')
    return { ...put(live, 'status', given.status), metadata: put(old, 'managedFields', managedFields) };
  const kept = kind.reset.reduce((rest, name) => put(rest, name, live[name]), given);
  const changed = !equal(content(kept), content(live));
  const generation = (live.metadata.generation ?? 0) + 1;
  const { metadata, ...rest } = kept;
  const served = ['resourceVersion', 'generation', 'creationTimestamp'].reduce(
    (result, name) => put(result, name, old[name]),
    metadata as JsonObject,
  );
  return {
    ...rest,
    metadata: {
      ...put(served, 'managedFields', managedFields),
      uid: served.uid ?? old.uid,
      ...(old.deletionTimestamp !== undefined && {
        deletionTimestamp: old.deletionTimestamp,
        deletionGracePeriodSeconds: old.deletionGracePeriodSeconds,
      }),
      ...(changed && kind.features.has('generation') && { generation }),
    },
  };
}

function content({ apiVersion, kind, metadata, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** The object with the live one's ownership times where only those would change. */
function keepTimes(live: KubeObject, next: KubeObject): KubeObject {
  const [was, is] = [live.metadata.managedFields, next.metadata.managedFields];
  if (!was || !is || was.length !== is.length) return next;
  const timeless = (entries: readonly ManagedFields[]) => entries.map(({ time, ...rest }) => rest);
  if (!equal(timeless(was), timeless(is))) return next;
  const kept = { ...next, metadata: { ...next.metadata, managedFields: was } };
  return equal(live, kept) ? kept : next;
}

/** Whether an object under deletion has lost its last finalizer. Namespaces wait for their contents instead. */
export function isReleased(kind: Kind, { metadata }: KubeObject): boolean {
  return !isNamespaces(kind) && metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length;
}
