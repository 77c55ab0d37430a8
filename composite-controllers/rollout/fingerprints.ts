import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import type { Fingerprints, TargetSecrets } from '../lib/ports.ts';
import type { Consumed } from './consumed.ts';
import type { Fingerprinted } from './decide.ts';

const atOnce = 8;
const bytes = (text: string) => new TextEncoder().encode(text);

/**
 * The data of each consumed Secret, read live and by name, as keyed fingerprints: whoever sees one can neither try
 * values by it nor find out that two Secrets are equal. Metadata does not count. Rejects when the API server does not tell.
 */
export async function fingerprintAll(
  namespace: string,
  consumed: Consumed,
  secrets: Pick<TargetSecrets, 'get'>,
  fingerprints: Fingerprints,
): Promise<ReadonlyMap<string, Fingerprinted>> {
  const ids = fingerprints.of([bytes('id of the key')]).map((id) => id.slice(0, 8));
  const entries = await mapConcurrently([...consumed.keys()], atOnce, async (name) => {
    const secret = await secrets.get(namespace, name);
    if (secret === undefined) return [name, undefined] as const;
    const data = Object.entries(secret.data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = [namespace, name, ...data.flat()].map(bytes);
    const all = fingerprints.of(parts).map((fingerprint, index) => [ids[index] ?? '', fingerprint] as const);
    return [name, new Map(all)] as const;
  });
  return new Map(entries);
}
