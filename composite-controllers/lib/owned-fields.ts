import type { KubeObject, ManagedFields, SecretObject } from './objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whose entries of managedFields count. */
export type Writer = (entry: ManagedFields) => boolean;

/** Metacontroller on our behalf, whatever its field manager is called: it applies the label by which it knows our children. */
export const metacontroller: Writer = (entry) =>
  isApply(entry) &&
  child(child(child(entry.fieldsV1, 'f:metadata'), 'f:labels'), 'f:controller-uid') !== undefined;

/** Whoever applies under this field manager. */
export const applier =
  (manager: string): Writer =>
  (entry) =>
    isApply(entry) && entry.manager === manager;

const isApply = ({ operation, subresource }: ManagedFields) => operation === 'Apply' && !subresource;

/** The fields of a Secret that a writer owns. */
export interface OwnedFields {
  readonly data: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
  readonly type: boolean;
  readonly immutable: boolean;
  readonly finalizers: ReadonlySet<string>;
}

/** What somebody owns who has never written the Secret. */
export const nothing: OwnedFields = {
  data: new Set(),
  labels: new Set(),
  annotations: new Set(),
  type: false,
  immutable: false,
  finalizers: new Set(),
};

/**
 * The observed Secret as a desired child: what is stated when nothing new can be said (design rule 1). Exactly what
 * Metacontroller owns, or the given fields; without any such entry all of the data, type, labels and annotations. Never
 * less: a field left out would be pruned.
 */
export function echo(secret: SecretObject, owned = ownedFields(secret, metacontroller)): SecretObject {
  const keeps = (names: ReadonlySet<string> | undefined) => (key: string) =>
    names === undefined || names.has(key);
  const { name, namespace, labels, annotations, finalizers = [] } = secret.metadata;
  // Finalizers of others are not restated: they would become ours, and come back when their owner removes them.
  const ownFinalizers = finalizers.filter((finalizer) => owned?.finalizers.has(finalizer));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...section('labels', labels, keeps(owned?.labels)),
      ...section('annotations', annotations, keeps(owned?.annotations)),
      ...(ownFinalizers.length === 0 ? {} : { finalizers: ownFinalizers }),
    },
    ...(secret.type !== undefined && (owned?.type ?? true) ? { type: secret.type } : {}),
    ...(secret.immutable !== undefined && (owned?.immutable ?? true) ? { immutable: secret.immutable } : {}),
    ...section('data', secret.data, keeps(owned?.data)),
  };
}

/** The same of a child that has a `spec`, which is stated whole. */
export function echoObject(object: KubeObject): KubeObject {
  const owned = ownedFields(object, metacontroller);
  const keeps = (names: ReadonlySet<string> | undefined) => (key: string) =>
    key !== controllerUid && (names === undefined || names.has(key));
  const { apiVersion, kind, metadata, spec } = object;
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...section('labels', labels, keeps(owned?.labels)),
      ...section('annotations', annotations, keeps(owned?.annotations)),
    },
    spec,
  };
}

/** Metacontroller adds it itself. */
const controllerUid = 'controller-uid';

function section<Name extends string>(
  name: Name,
  map: Readonly<Record<string, string>> | undefined,
  keep: (key: string) => boolean,
): Partial<Record<Name, Record<string, string>>> {
  const kept = Object.entries(map ?? {}).filter(([key]) => keep(key) && key !== lastApplied);
  return kept.length === 0
    ? {}
    : ({ [name]: Object.fromEntries(kept) } as Record<Name, Record<string, string>>);
}

/** Metacontroller's dynamic-apply writes it itself; it is never ours to state. */
const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';

/** What the entries of a writer own together; undefined when there is none. */
export function ownedFields(secret: KubeObject, writer: Writer): OwnedFields | undefined {
  const entries = (secret.metadata.managedFields ?? []).filter(writer).map(({ fieldsV1 }) => fieldsV1);
  if (entries.length === 0) return undefined;
  const union = (...path: string[]) => {
    const all = new Set<string>();
    for (const entry of entries)
      for (const name of prefixed(path.reduce<Fields | undefined>(child, entry), 'f:')) all.add(name);
    return all;
  };
  const top = union();
  return {
    data: union('f:data'),
    labels: union('f:metadata', 'f:labels'),
    annotations: union('f:metadata', 'f:annotations'),
    type: top.has('type'),
    immutable: top.has('immutable'),
    finalizers: new Set(entries.flatMap((entry) => items(child(child(entry, 'f:metadata'), 'f:finalizers')))),
  };
}

function child(fields: Fields | undefined, key: string): Fields | undefined {
  const value = fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

/** Names of the form `v:<JSON string>`: members of a set of strings; `f:<name>` are members of a map. */
function items(fields: Fields | undefined): string[] {
  return prefixed(fields, 'v:').map((text) => JSON.parse(text) as string);
}

function prefixed(fields: Fields | undefined, prefix: string): string[] {
  const found: string[] = [];
  for (const key in fields) if (key.startsWith(prefix)) found.push(key.slice(prefix.length));
  return found;
}
