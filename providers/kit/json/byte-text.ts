/**
 * Bytes as text of one character a byte (codes 0 to 255): compares, slices and searches like the bytes themselves,
 * whatever their encoding, and slicing copies nothing. Never to be shown or stored as it is.
 */
export type ByteText = string;

/** The bytes as {@link ByteText}; a string is taken as its UTF-8 bytes. */
export function toByteText(source: Uint8Array | string): ByteText {
  if (typeof source === 'string') return isAscii(source) ? source : Buffer.from(source).toString('latin1');
  return Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('latin1');
}

/** The bytes of a {@link ByteText}, in memory of their own. */
export function fromByteText(text: ByteText): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that the bytes hold in UTF-8; each byte that is not UTF-8 becomes U+FFFD, as Go does. */
export function decodeUtf8(text: ByteText): string {
  if (isAscii(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch {
    let decoded = '';
    for (let i = 0; i < text.length; ) {
      const { rune, size } = decodeRune(text, i);
      decoded += String.fromCodePoint(rune);
      i += size;
    }
    return decoded;
  }
}

/** The code point at a position and the bytes that it takes; U+FFFD and 1 where there is no UTF-8. */
export function decodeRune(text: ByteText, at: number): { rune: number; size: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1 };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > text.length) return notUtf8;
  let rune = first & (0xff >> (size + 1));
  for (let i = at + 1; i < at + size; i++) {
    const next = text.charCodeAt(i);
    if ((next & 0xc0) !== 0x80) return notUtf8;
    rune = (rune << 6) | (next & 0x3f);
  }
  const overlong = rune < (size === 4 ? 0x10000 : size === 3 ? 0x800 : 0x80);
  const surrogate = rune >= 0xd800 && rune <= 0xdfff;
  return overlong || surrogate || rune > 0x10ffff ? notUtf8 : { rune, size };
}

const notUtf8 = { rune: 0xfffd, size: 1 };

/** The UTF-8 bytes of a code point; a surrogate becomes U+FFFD. */
export function encodeRune(rune: number): ByteText {
  return rune < 0x80 ? String.fromCharCode(rune) : toByteText(String.fromCodePoint(rune).toWellFormed());
}

/** Orders strings by their UTF-8 bytes, as Go sorts; the default order of JavaScript differs above U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}
