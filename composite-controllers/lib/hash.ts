import { createHash, type Hash } from 'node:crypto';
import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import type { ObjectMeta } from './objects.ts';

// ESO hashes what Go's `%+v` prints of an object (spec core 0.4), so these functions print like Go.

function sha3(): Hash {
  return createHash('sha3-224');
}

/** ESO's ObjectHash of a string: 56 hexadecimal digits. */
export function objectHash(text: string): string {
  return sha3().update(text).digest('hex');
}

/** ESO's ObjectHash of a Secret's data, the value of the data-hash annotation. */
export function dataHash(data: SecretMap): string {
  const hash = sha3().update('map[');
  const entries = [...data].sort(([a], [b]) => compareUtf8(a, b));
  for (const [index, [key, value]] of entries.entries()) {
    hash.update(`${index === 0 ? '' : ' '}${key}:[${value.join(' ')}]`);
  }
  return hash.update(']').digest('hex');
}

/** ESO's ObjectHash of an object's annotations and labels. */
export function metadataHash(meta: Pick<ObjectMeta, 'annotations' | 'labels'>): string {
  return objectHash(`{annotations:${printed(meta.annotations)} labels:${printed(meta.labels)}}`);
}

function printed(strings: Readonly<Record<string, string>> = {}): string {
  const entries = Object.entries(strings).sort(([a], [b]) => compareUtf8(a, b));
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(' ')}]`;
}

const ownedByMetacontroller = /^metacontroller\.k8s\.io\//;

/**
 * `status.syncedResourceVersion` of an object: `<generation>-<metadataHash>`. What Metacontroller writes into metadata
 * does not count, or each of its writes would make a refresh due (spec core 8.2).
 */
export function syncedResourceVersion(meta: ObjectMeta): string {
  const own = (strings: Record<string, string> = {}, dropped?: string) =>
    Object.fromEntries(
      Object.entries(strings).filter(([key]) => !ownedByMetacontroller.test(key) && key !== dropped),
    );
  const counted = { annotations: own(meta.annotations), labels: own(meta.labels, 'controller-uid') };
  return `${meta.generation ?? 0}-${metadataHash(counted)}`;
}
