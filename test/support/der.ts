/** The few ASN.1 types (DER, X.690) that a certificate is made of. */

export const tlv = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};

export const sequence = (...items: readonly Uint8Array[]): Buffer => tlv(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => tlv(0x31, ...items);
export const explicit = (tag: number, item: Uint8Array): Buffer => tlv(0xa0 + tag, item);
export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const octets = (bytes: Uint8Array): Buffer => tlv(0x04, bytes);
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text));
/** A non-negative integer; the first bit of `bytes` must be 0. */
export const integer = (bytes: Uint8Array): Buffer => tlv(0x02, bytes);
export const bits = (bytes: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), bytes);

/** UTCTime: years 1950 to 2049. */
export const utcTime = (date: Date): Buffer =>
  tlv(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** An object identifier whose parts after the first two are below 2^14. */
export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const parts = rest.flatMap((part) => (part < 128 ? [part] : [0x80 | (part >> 7), part & 0x7f]));
  return tlv(0x06, Buffer.from([first * 40 + second, ...parts]));
};

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.from([count]);
  if (count < 0x100) return Buffer.from([0x81, count]);
  return Buffer.from([0x82, count >> 8, count & 0xff]);
}
