import type { FindQuery, RemoteRef } from '../../providers/kit/provider.ts';
import type { GeneratorRef } from '../generator/resolve.ts';
import { storeKey } from '../secret-store/view.ts';
import type { ExternalSecretSpec } from './schema.ts';

type Data = NonNullable<ExternalSecretSpec['data']>[number];
type DataFrom = NonNullable<ExternalSecretSpec['dataFrom']>[number];
/** How a fetched value becomes a Secret's: `remoteRef` and `extract` share these fields. */
export type ValueRules = Pick<
  Data['remoteRef'],
  'property' | 'conversionStrategy' | 'decodingStrategy' | 'nullBytePolicy'
>;

export type Rewrites = NonNullable<DataFrom['rewrite']>;

/** One read of a backend: of one secret, or of all that match. Two entries with the same `id` are served by one read. */
export type Read = { readonly id: string; readonly store: string } & (
  | {
      readonly kind: 'key';
      readonly ref: RemoteRef;
      /** All properties that entries take of it, '' for the whole. */
      readonly properties: readonly string[];
    }
  | { readonly kind: 'find'; readonly query: FindQuery }
);

/** One use of a generator: no two entries share one, since each is to have values of its own. */
export interface GeneratorUse {
  readonly id: string;
  /** ESO's name of the entry in labels of GeneratorStates. */
  readonly entry: string;
  readonly ref: GeneratorRef;
}

/** One entry of the spec, and the read that serves it. Entries are in order of precedence: later ones overwrite. */
export type Entry = {
  /** For messages, such as `spec.data[0] (key: db/password)`. */
  readonly where: string;
  readonly read: string;
  readonly rules: ValueRules;
} & (
  | { readonly kind: 'value'; readonly secretKey: string }
  | { readonly kind: 'extract'; readonly rewrites: Rewrites }
  | { readonly kind: 'find'; readonly rewrites: Rewrites }
  | { readonly kind: 'generator'; readonly rewrites: Rewrites }
);

/** What a spec asks of its backends and generators. */
export interface Plan {
  readonly entries: readonly Entry[];
  readonly reads: readonly Read[];
  readonly uses: readonly GeneratorUse[];
}

/** The plan of a spec: `dataFrom` first, then `data` (spec core 1.7), each distinct read once. */
export function plan(spec: ExternalSecretSpec): Plan {
  const reads = new Map<string, Read>();
  const need = (read: Read): string => {
    const known = reads.get(read.id);
    const both = read.kind === 'key' && known?.kind === 'key';
    const properties = both ? [...new Set([...known.properties, ...read.properties])] : [];
    reads.set(read.id, both ? { ...read, properties } : read);
    return read.id;
  };
  const uses: GeneratorUse[] = [];
  const use = (generator: GeneratorUse): string => {
    uses.push(generator);
    return generator.id;
  };
  const entries = [
    ...(spec.dataFrom ?? []).flatMap((entry, index) => fromMany(spec, entry, index, need, use)),
    ...(spec.data ?? []).map((entry, index): Entry => {
      const { remoteRef, secretKey } = entry;
      const where = `spec.data[${index}] (key: ${remoteRef.key})`;
      const read = need(keyRead(storeOfEntry(spec, entry), remoteRef));
      return { kind: 'value', where, secretKey, read, rules: remoteRef };
    }),
  ];
  return { entries, reads: [...reads.values()], uses };
}

/** The entry of one `dataFrom`; `find` wins over `extract`, and one with none of the three contributes nothing. */
function fromMany(
  spec: ExternalSecretSpec,
  entry: DataFrom,
  index: number,
  need: (read: Read) => string,
  use: (generator: GeneratorUse) => string,
): Entry[] {
  const { find, extract, rewrite: rewrites = [] } = entry;
  const ref = entry.sourceRef?.generatorRef;
  if (ref !== undefined) {
    const where = `spec.dataFrom[${index}].sourceRef.generatorRef (${ref.kind} ${ref.name})`;
    return [
      {
        kind: 'generator',
        where,
        read: use({ id: `dataFrom[${index}]`, entry: String(index), ref }),
        rules: {},
        rewrites,
      },
    ];
  }
  const store = storeOfEntry(spec, entry);
  if (find !== undefined) {
    const where = `spec.dataFrom[${index}].find`;
    return [{ kind: 'find', where, read: need(findRead(store, find)), rules: find, rewrites }];
  }
  if (extract === undefined) return [];
  const where = `spec.dataFrom[${index}].extract (key: ${extract.key})`;
  return [{ kind: 'extract', where, read: need(keyRead(store, extract)), rules: extract, rewrites }];
}

function keyRead(store: string, remote: Data['remoteRef']): Read {
  const ref: RemoteRef = {
    key: remote.key,
    ...(remote.version ? { version: remote.version } : {}),
    ...(remote.metadataPolicy === 'Fetch' ? { metadata: true } : {}),
  };
  return { kind: 'key', id: JSON.stringify([store, ref]), store, ref, properties: [remote.property ?? ''] };
}

function findRead(store: string, find: NonNullable<DataFrom['find']>): Read {
  const query: FindQuery = {
    ...(find.path === undefined ? {} : { path: find.path }),
    // A name without an expression is one that matches all, as in ESO.
    ...(find.name === undefined ? {} : { name: find.name.regexp ?? '' }),
    ...(find.tags === undefined ? {} : { tags: find.tags }),
    ...(find.conversionStrategy === undefined ? {} : { conversionStrategy: find.conversionStrategy }),
  };
  return { kind: 'find', id: JSON.stringify([store, 'find', query]), store, query };
}

/** Keys of the stores that a spec reads from; one that it names and does not need is none of them. */
export function storesReadBy(spec: ExternalSecretSpec): ReadonlySet<string> {
  return new Set(plan(spec).reads.map(({ store }) => store));
}

/** Of the given stores those that a spec reads from, by their keys. */
export function storesInUse<T>(spec: ExternalSecretSpec, stores: ReadonlyMap<string, T>): [string, T][] {
  const needed = storesReadBy(spec);
  return [...stores].filter(([key]) => needed.has(key));
}

/** Keys ({@link storeKey}) of all stores that a spec names, each once. */
export function storesOf(spec: ExternalSecretSpec): readonly string[] {
  const entries = [...(spec.dataFrom ?? []), ...(spec.data ?? [])];
  const refs = [spec.secretStoreRef, ...entries.map((entry) => entry.sourceRef?.storeRef)];
  return [...new Set(refs.filter((ref) => ref?.name).map((ref) => storeKey(ref!)))];
}

function storeOfEntry(spec: ExternalSecretSpec, entry: Data | DataFrom): string {
  return storeKey(entry.sourceRef?.storeRef ?? spec.secretStoreRef ?? {});
}
