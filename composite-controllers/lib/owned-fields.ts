import type { SecretObject } from './objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Names that one manager owns in a Secret. */
interface OwnedFields {
  readonly data: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
  readonly type: boolean;
  readonly immutable: boolean;
}

/**
 * The observed Secret as a desired child: what is stated when nothing new can be said (design rule 1). Exactly the
 * fields that the Apply entry which owns the `controller-uid` label owns, whatever its manager is called; without such
 * an entry all of the data, type, labels and annotations. Never less: a field left out would be pruned.
 */
export function echo(secret: SecretObject): SecretObject {
  const owned = appliedFields(secret);
  const keeps = (names: ReadonlySet<string> | undefined) => (key: string) =>
    names === undefined || names.has(key);
  const { name, namespace, labels, annotations } = secret.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...section('labels', labels, keeps(owned?.labels)),
      ...section('annotations', annotations, keeps(owned?.annotations)),
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

function appliedFields(secret: SecretObject): OwnedFields | undefined {
  for (const entry of secret.metadata.managedFields ?? []) {
    if (entry.operation !== 'Apply' || entry.subresource) continue;
    const metadata = child(entry.fieldsV1, 'f:metadata');
    const labels = names(child(metadata, 'f:labels'));
    if (!labels.has('controller-uid')) continue;
    return {
      data: names(child(entry.fieldsV1, 'f:data')),
      labels,
      annotations: names(child(metadata, 'f:annotations')),
      type: child(entry.fieldsV1, 'f:type') !== undefined,
      immutable: child(entry.fieldsV1, 'f:immutable') !== undefined,
    };
  }
  return undefined;
}

function child(fields: unknown, key: string): Fields | undefined {
  return typeof fields === 'object' && fields !== null && Object.hasOwn(fields, key)
    ? ((fields as Fields)[key] as Fields)
    : undefined;
}

function names(fields: Fields | undefined): ReadonlySet<string> {
  return new Set(
    Object.keys(fields ?? {})
      .filter((key) => key.startsWith('f:'))
      .map((key) => key.slice(2)),
  );
}
