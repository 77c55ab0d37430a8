import type { SecretObject } from './objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a Secret that we apply. */
export interface OwnedFields {
  readonly data: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
  readonly type: boolean;
  readonly immutable: boolean;
  readonly finalizers: ReadonlySet<string>;
}

/**
 * The observed Secret as a desired child: what is stated when nothing new can be said (design rule 1). Exactly the
 * {@link ownedFields}; without such an entry all of the data, type, labels and annotations. Never less: a field left out
 * would be pruned.
 */
export function echo(secret: SecretObject): SecretObject {
  const owned = ownedFields(secret);
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

/**
 * What the Apply entries that own the Secret's `controller-uid` label own, whatever their managers are called; undefined
 * when there is none. More than one, after Metacontroller's field manager was renamed, count together.
 */
export function ownedFields(secret: SecretObject): OwnedFields | undefined {
  const entries = (secret.metadata.managedFields ?? [])
    .filter(({ operation, subresource }) => operation === 'Apply' && !subresource)
    .map(({ fieldsV1 }) => fieldsV1)
    .filter((fields) => names(child(child(fields, 'f:metadata'), 'f:labels')).has('controller-uid'));
  if (entries.length === 0) return undefined;
  const union = (...path: string[]) =>
    new Set(entries.flatMap((entry) => [...names(path.reduce<Fields | undefined>(child, entry))]));
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

/** Names of the form `f:<name>`: members of a map. */
function names(fields: Fields | undefined): ReadonlySet<string> {
  return new Set(prefixed(fields, 'f:'));
}

/** Names of the form `v:<JSON string>`: members of a set of strings. */
function items(fields: Fields | undefined): string[] {
  return prefixed(fields, 'v:').map((text) => JSON.parse(text) as string);
}

function prefixed(fields: Fields | undefined, prefix: string): string[] {
  return Object.keys(fields ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}
