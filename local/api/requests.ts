import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { serverSideApply } from './apply.ts';
import { checkPropagation, type Deleted, type DeleteOptions, destroy } from './deletion.ts';
import { badRequest, conflict, internal, notFound } from './errors.ts';
import { at, type JsonObject, member } from './json.ts';
import type { Kind } from './kinds/kind.ts';
import { trackUpdate } from './ownership/managed-fields.ts';
import { asObject, decodeObject, type FieldValidation, inVersion } from './schema/codec.ts';
import type { State } from './state.ts';
import { byResource, type Effect, insert, overwrite, type Target, trackingOf } from './write.ts';

/** A client's write as interceptors see it: what is about to be stored, or the object that is to be deleted. */
export interface Write {
  readonly verb: 'create' | 'update' | 'patch' | 'apply' | 'delete';
  readonly type: Kind;
  readonly object: KubeObject;
  readonly subresource: 'status' | undefined;
}

export interface WriteOptions {
  /** The field manager. */
  readonly manager: string;
  readonly effect?: Effect['effect'];
  readonly fieldValidation?: FieldValidation;
}

export interface Context {
  readonly state: State;
  /** Asked before a write is stored; throws to refuse it. */
  readonly admit: (write: Write) => void;
}

export type Applied = { readonly object: KubeObject; readonly outcome: 'created' | 'updated' };

function effectOf(
  { admit }: Context,
  target: Target,
  verb: Write['verb'],
  effect: Effect['effect'] = 'stored',
): Effect {
  const { kind: type, subresource } = target;
  return { effect, admit: (object) => admit({ verb, type, object, subresource }) };
}

/** The object; throws 404 when there is none. */
export function read({ state }: Context, target: Target, name: string): KubeObject {
  return inVersion(target.kind, target.apiVersion, stored(state, target, name));
}

function stored(state: State, { kind, namespace }: Target, name: string): KubeObject {
  const found = state.get(kind, namespace, name);
  if (found === undefined) throw notFound(byResource(kind, name));
  return found;
}

export function create(context: Context, target: Target, body: unknown, options: WriteOptions): KubeObject {
  const { kind, apiVersion } = target;
  const raw = asObject(body, kind.kind);
  const decoded = decodeObject(kind, apiVersion, raw, 'body', options.fieldValidation);
  if (decoded.metadata.resourceVersion !== undefined)
    throw internal('resourceVersion should not be set on objects to be created');
  const { deletionTimestamp, deletionGracePeriodSeconds, ...metadata } =
    decoded.metadata as KubeObject['metadata'] & JsonObject;
  const object = withName(context.state, { ...decoded, metadata });
  const tracking = trackingOf(context.state, target, options.manager);
  const submitted = member(raw.metadata, 'managedFields');
  const managedFields = trackUpdate(tracking, undefined, object, kind.empty, submitted);
  const effect = effectOf(context, target, 'create', options.effect);
  const made = insert(context.state, target, { object, managedFields, from: 'put' }, effect);
  return inVersion(kind, apiVersion, made);
}

/** The object with the name that the server makes up for a `generateName`. */
function withName(state: State, object: KubeObject): KubeObject {
  const generateName = member(object.metadata, 'generateName');
  if (object.metadata.name !== undefined || generateName === undefined) return object;
  const suffix = state.newUid().replaceAll('-', '').slice(-5);
  return { ...object, metadata: { ...object.metadata, name: `${generateName}${suffix}` } };
}

export function replace(
  context: Context,
  target: Target,
  name: string,
  body: unknown,
  options: WriteOptions,
): KubeObject {
  const raw = asObject(body, target.kind.kind);
  const object = decodeObject(target.kind, target.apiVersion, raw, 'body', options.fieldValidation);
  if (object.metadata.name !== name) throw wrongName(object.metadata.name, name);
  return update(context, target, name, object, member(raw.metadata, 'managedFields'), 'put', options);
}

/** Stores what `change` makes of the object. */
export function patch(
  context: Context,
  target: Target,
  name: string,
  change: (object: JsonObject) => unknown,
  options: WriteOptions,
): KubeObject {
  const { kind, apiVersion } = target;
  const raw = asObject(change(read(context, target, name)), kind.kind);
  const object = decodeObject(kind, apiVersion, raw, 'patch', options.fieldValidation);
  return update(context, target, name, object, member(raw.metadata, 'managedFields'), 'patch', options);
}

function update(
  context: Context,
  target: Target,
  name: string,
  object: KubeObject,
  submitted: unknown,
  from: 'put' | 'patch',
  { manager, effect }: WriteOptions,
): KubeObject {
  const { state } = context;
  const live = stored(state, target, name);
  const shown = inVersion(target.kind, target.apiVersion, live);
  const tracking = trackingOf(state, target, manager);
  const managedFields = trackUpdate(tracking, shown, object, target.kind.empty, submitted);
  const verb = from === 'put' ? 'update' : 'patch';
  const next = overwrite(
    state,
    target,
    live,
    { object, managedFields, from },
    effectOf(context, target, verb, effect),
  );
  return inVersion(target.kind, target.apiVersion, next);
}

const wrongName = (given: unknown, name: string) =>
  badRequest(`the name of the object (${given ?? ''}) does not match the name on the URL (${name})`);

/** Server-side apply; creates the object when it is absent. */
export function apply(
  context: Context,
  target: Target,
  name: string,
  body: unknown,
  options: WriteOptions & { readonly force: boolean },
): Applied {
  const { kind, apiVersion, namespace, subresource } = target;
  const { state } = context;
  const config = asObject(body, kind.kind);
  const live = state.get(kind, namespace, name);
  if (live === undefined && subresource !== undefined) throw notFound(byResource(kind, name));
  const [givenVersion, givenKind] = [member(config, 'apiVersion') ?? '', member(config, 'kind') ?? ''];
  if (givenVersion !== apiVersion || givenKind !== kind.kind)
    throw badRequest(`invalid object type: ${withGroup(String(givenVersion))}, Kind=${givenKind}`);
  const tracking = trackingOf(state, target, options.manager);
  const shown = live && inVersion(kind, apiVersion, live);
  const what = `${at(config, 'metadata', 'namespace') ?? ''}/${at(config, 'metadata', 'name') ?? ''}; ${withGroup(apiVersion)}, Kind=${kind.kind}`;
  const empty = { apiVersion, kind: kind.kind, ...kind.empty };
  const applied = serverSideApply(tracking, shown, config, { force: options.force, empty, what });
  const decoded = decodeObject(kind, apiVersion, applied.object, 'apply');
  const object = { ...decoded, metadata: { ...decoded.metadata, name: decoded.metadata.name ?? name } };
  if (object.metadata.name !== name) throw wrongName(object.metadata.name, name);
  const candidate = { object, managedFields: applied.managedFields, from: 'patch' } as const;
  const effect = effectOf(context, target, 'apply', options.effect);
  if (live !== undefined) {
    const next = overwrite(state, target, live, candidate, effect);
    return { object: inVersion(kind, apiVersion, next), outcome: 'updated' };
  }
  const { uid } = object.metadata;
  if (uid !== undefined)
    throw conflict(
      byResource(kind, name),
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  return {
    object: inVersion(kind, apiVersion, insert(state, target, candidate, effect)),
    outcome: 'created',
  };
}

/** The apiVersion with its group, which is empty for the core group, as Go prints it. */
const withGroup = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion : `/${apiVersion}`);

export function remove(
  context: Context,
  target: Target,
  name: string,
  options: DeleteOptions & { readonly effect?: Effect['effect'] | undefined } = {},
): Deleted {
  checkPropagation(options.propagation);
  const live = stored(context.state, target, name);
  const effect = effectOf(context, target, 'delete', options.effect);
  const { outcome, object } = destroy(context.state, target.kind, live, options, effect);
  return { outcome, object: inVersion(target.kind, target.apiVersion, object) };
}
