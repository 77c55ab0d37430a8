import { hash } from 'node:crypto';
import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { formatFloat } from '../template/values/float-text.ts';
import type { ObjectMeta } from './objects.ts';

// ESO hashes what Go's `%+v` prints of an object (spec core 0.4), so these functions print like Go.

/** ESO's ObjectHash of a string: 56 hexadecimal digits. */
export function objectHash(text: string): string {
  return hash('sha3-224', text);
}

/** ESO's ObjectHash of a Secret's data, the value of the data-hash annotation. */
export function dataHash(data: SecretMap): string {
  const entries = [...data].sort(([a], [b]) => compareUtf8(a, b));
  const parts = entries.map(([key, value], index) => [
    Buffer.from(`${index === 0 ? 'map[' : ' '}${key}:[`),
    decimals(value),
    closing,
  ]);
  return hash('sha3-224', Buffer.concat(parts.length === 0 ? [empty] : [...parts.flat(), closing]));
}

const closing = Buffer.from(']');
const empty = Buffer.from('map[]');
const [zero, blank] = Buffer.from('0 ') as unknown as [number, number];

/** The bytes as decimal numbers, in ASCII. By hand, since every sync call prints all data of its target. */
function decimals(bytes: Uint8Array): Uint8Array {
  const text = Buffer.allocUnsafe(bytes.length * 4);
  let end = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (i > 0) text[end++] = blank;
    if (byte >= 100) text[end++] = zero + Math.trunc(byte / 100);
    if (byte >= 10) text[end++] = zero + (Math.trunc(byte / 10) % 10);
    text[end++] = zero + (byte % 10);
  }
  return text.subarray(0, end);
}

/** ESO's ObjectHash of the content of a generic target, in the types of JSON and bigints. */
export function contentHash(content: unknown): string {
  return objectHash(printedTree(content));
}

function printedTree(node: unknown): string {
  if (node === null || node === undefined) return '<nil>';
  if (Array.isArray(node)) return `[${node.map(printedTree).join(' ')}]`;
  if (typeof node === 'number') return printedNumber(node);
  if (typeof node !== 'object') return String(node);
  const entries = Object.entries(node).sort(([a], [b]) => compareUtf8(a, b));
  return `map[${entries.map(([key, value]) => `${key}:${printedTree(value)}`).join(' ')}]`;
}

/** Whatever JSON writes as an integer of 64 bits is one to Kubernetes; the rest is float64. */
function printedNumber(value: number): string {
  const isInteger = Number.isInteger(value) && Math.abs(value) < 1e21;
  return isInteger && isInt64(BigInt(String(value))) ? String(value) : formatFloat(value, 'g', -1);
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** ESO's ObjectHash of an object's annotations and labels. */
export function metadataHash(meta: Pick<ObjectMeta, 'annotations' | 'labels'>): string {
  return hashOfPrinted(printed(meta.annotations), printed(meta.labels));
}

function hashOfPrinted(annotations: string, labels: string): string {
  return objectHash(`{annotations:${annotations} labels:${labels}}`);
}

function printed(strings: Readonly<Record<string, string>> = {}, counts = (_key: string) => true): string {
  const entries = Object.entries(strings)
    .filter(([key]) => counts(key))
    .sort(([a], [b]) => compareUtf8(a, b));
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(' ')}]`;
}

const isOwn = (key: string) => !key.startsWith('metacontroller.k8s.io/');
const isOwnLabel = (key: string) => isOwn(key) && key !== 'controller-uid';

/**
 * `status.syncedResourceVersion` of an object: `<generation>-<metadataHash>`. What Metacontroller writes into metadata
 * does not count, or each of its writes would make a refresh due (spec core 8.2).
 */
export function syncedResourceVersion(meta: ObjectMeta): string {
  const { annotations, labels, generation = 0 } = meta;
  return `${generation}-${hashOfPrinted(printed(annotations, isOwn), printed(labels, isOwnLabel))}`;
}
