/** A value of ASN.1 in DER: its tag, what is in it, and all its bytes. */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Tags of ASN.1 that are used here. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Bytes that are no DER, or not of the expected form. */
class DerError extends Error {}

/** The only value in the bytes. Throws {@link DerError}. */
export function readDer(bytes: Uint8Array): DerNode {
  const [node, ...others] = readAll(bytes);
  if (node === undefined || others.length > 0) throw new DerError('not one DER value');
  return node;
}

/** The values within a constructed value. Throws {@link DerError}. */
export function childrenOf({ content }: DerNode): DerNode[] {
  return readAll(content);
}

/** The child at an index, which has to be of such a tag. Throws {@link DerError}. */
export function child(node: DerNode, index: number, tag: number): DerNode {
  const found = childrenOf(node)[index];
  if (found?.tag !== tag) throw new DerError('unexpected DER value');
  return found;
}

function readAll(bytes: Uint8Array): DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0x80;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new DerError('unsupported DER length');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0);
      start += count;
    }
    if ((tag & 0x1f) === 0x1f || start + length > bytes.length) throw new DerError('malformed DER');
    nodes.push({
      tag,
      content: bytes.subarray(start, start + length),
      raw: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return nodes;
}

/** A value with a tag around some content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Uint8Array.of(tag, body.length), body]);
  const digits = body.length.toString(16);
  const size = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Uint8Array.of(tag, 0x80 | size.length), size, body]);
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array => der(tags.sequence, ...content);

export const set = (...content: readonly Uint8Array[]): Uint8Array => der(tags.set, ...content);

export const octetString = (content: Uint8Array): Uint8Array => der(tags.octetString, content);

export const bitString = (content: Uint8Array, unused = 0): Uint8Array =>
  der(tags.bitString, Uint8Array.of(unused), content);

/** `[number]` around a value, as explicit tags are written. */
export const tagged = (number: number, ...content: readonly Uint8Array[]): Uint8Array =>
  der(0xa0 | number, ...content);

/** An integer that is not negative. */
export function integer(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
  return der(tags.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

/** The value of an integer that is not negative. */
export function integerValue({ content }: DerNode): bigint {
  return BigInt(`0x${Buffer.from(content).toString('hex') || '0'}`);
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...others].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128))
      groups.unshift((rest & 0x7f) | 0x80);
    return groups;
  });
  return der(tags.oid, Uint8Array.from(bytes));
}

/** The dotted form of an object identifier. */
export function oidText({ content }: DerNode): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length === 0)
      parts.push(Math.min(Math.floor(value / 40), 2), value - 40 * Math.min(Math.floor(value / 40), 2));
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}
