import type { ByteText } from '../../../providers/kit/json/byte-text.ts';

/** A semantic version. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: ByteText;
  readonly metadata: ByteText;
  readonly original: ByteText;
}

/** Bytes of a version or a constraint; the library has no such bound. */
export const maxVersion = 1024;

const pattern =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** The version that a text names; minor and patch may be missing. Undefined where it names none. */
export function parseVersion(text: ByteText): Version | undefined {
  if (text.length > maxVersion) return undefined;
  const [whole, major = '0', minor = '0', patch = '0', pre = '', metadata = ''] = pattern.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const numbers = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch) };
  const tooLarge = Object.values(numbers).some((number) => number >= 2n ** 64n);
  const zeroFirst = pre.split('.').some((part) => /^0[0-9]+$/.test(part));
  return tooLarge || zeroFirst ? undefined : { ...numbers, pre, metadata, original: text };
}

/** The version in full. */
export function versionText({ major, minor, patch, pre, metadata }: Version): ByteText {
  return `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}${metadata === '' ? '' : `+${metadata}`}`;
}

/** Negative, zero or positive as the first is before, at or behind the second; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const)
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  return comparePre(a.pre, b.pre);
}

/** Orders prereleases; none is behind all. */
export function comparePre(a: ByteText, b: ByteText): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = comparePart(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: ByteText | undefined, b: ByteText | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const [numberA, numberB] = [number(a), number(b)];
  if (numberA === undefined && numberB === undefined) return a < b ? -1 : 1;
  if (numberA === undefined || numberB === undefined) return numberA === undefined ? 1 : -1;
  return numberA < numberB ? -1 : 1;
}

const number = (text: ByteText) =>
  /^[0-9]+$/.test(text) && BigInt(text) < 2n ** 64n ? BigInt(text) : undefined;
