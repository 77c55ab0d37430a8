import { createHash } from 'node:crypto';
import type { SecretMap } from '../../providers/kit/provider.ts';
import type { ObjectMeta } from './objects.ts';

/** Lower-case hex of SHA3-224 over a text: ESO's ObjectHash of a string (spec core 0.4). */
export function objectHash(text: string): string {
  return createHash('sha3-224').update(text).digest('hex');
}

/** ESO's hash of a Secret's data (spec core 0.4): keys in byte order, each value as its decimal bytes. */
export function dataHash(data: SecretMap): string {
  const hash = createHash('sha3-224').update('map[');
  for (const [index, key] of [...data.keys()].sort(byBytes).entries()) {
    hash.update(`${index === 0 ? '' : ' '}${key}:[${data.get(key)!.join(' ')}]`);
  }
  return hash.update(']').digest('hex');
}

/** `<generation>-<hash of annotations and labels>` (spec core 0.4), without what the machinery around us adds (8.2). */
export function syncedResourceVersion({ generation = 0, annotations, labels }: ObjectMeta): string {
  return `${generation}-${objectHash(`{annotations:${goMap(annotations)} labels:${goMap(labels)}}`)}`;
}

function goMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {})
    .filter(([key]) => key !== 'controller-uid' && !key.startsWith('metacontroller.k8s.io/'))
    .sort(([a], [b]) => byBytes(a, b))
    .map(([key, value]) => `${key}:${value}`);
  return `map[${entries.join(' ')}]`;
}

/** Go sorts strings by their UTF-8 bytes, JavaScript by UTF-16 units. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
