import type { RemoteRef } from '../../providers/kit/provider.ts';
import { storeKey } from '../secret-store/view.ts';
import type { ExternalSecretSpec } from './schema.ts';

type Data = NonNullable<ExternalSecretSpec['data']>[number];
type DataFrom = NonNullable<ExternalSecretSpec['dataFrom']>[number];
/** How a fetched value becomes a Secret's: `remoteRef` and `extract` share these fields. */
export type ValueRules = Pick<
  Data['remoteRef'],
  'property' | 'conversionStrategy' | 'decodingStrategy' | 'nullBytePolicy'
>;

/** One read of a backend. Two entries with the same `id` are served by one read. */
export interface Read {
  readonly id: string;
  readonly store: string;
  readonly ref: RemoteRef;
}

/** One entry of the spec, and the read that serves it. Entries are in order of precedence: later ones overwrite. */
export type Entry = {
  /** For messages, such as `spec.data[0] (key: db/password)`. */
  readonly where: string;
  readonly read: string;
  readonly rules: ValueRules;
} & ({ readonly kind: 'value'; readonly secretKey: string } | { readonly kind: 'extract' });

/** What a spec asks of its backends. */
export interface Plan {
  readonly entries: readonly Entry[];
  readonly reads: readonly Read[];
}

/** The plan of a spec: `dataFrom` first, then `data` (spec core 1.7), each distinct read once. */
export function plan(spec: ExternalSecretSpec): Plan {
  const reads = new Map<string, Read>();
  const need = (store: string, remote: Data['remoteRef']): string => {
    const ref: RemoteRef = {
      key: remote.key,
      ...(remote.version ? { version: remote.version } : {}),
      ...(remote.metadataPolicy === 'Fetch' ? { metadata: true } : {}),
    };
    const id = JSON.stringify([store, ref.key, ref.version ?? null, ref.metadata ?? false]);
    reads.set(id, { id, store, ref });
    return id;
  };

  const entries: Entry[] = [];
  for (const [index, entry] of (spec.dataFrom ?? []).entries()) {
    if (entry.extract === undefined) continue;
    entries.push({
      kind: 'extract',
      where: `spec.dataFrom[${index}].extract (key: ${entry.extract.key})`,
      read: need(storeOfEntry(spec, entry), entry.extract),
      rules: entry.extract,
    });
  }
  for (const [index, entry] of (spec.data ?? []).entries()) {
    entries.push({
      kind: 'value',
      where: `spec.data[${index}] (key: ${entry.remoteRef.key})`,
      secretKey: entry.secretKey,
      read: need(storeOfEntry(spec, entry), entry.remoteRef),
      rules: entry.remoteRef,
    });
  }
  return { entries, reads: [...reads.values()] };
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
