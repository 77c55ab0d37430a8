import { type ByteText, decodeRune } from './byte-text.ts';

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * Bytes as a JSON string, as sjson writes them (spec providers 13.3): plain ASCII as it is, everything else by Go's encoder,
 * which escapes HTML, too, and writes `\ufffd` for each byte that is not UTF-8.
 */
export function quoteBytes(bytes: ByteText): ByteText {
  if (/^[ !#-[\]-\x7f]*$/.test(bytes)) return `"${bytes}"`;
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const { rune, size } = decodeRune(bytes, at);
    const piece = bytes.slice(at, at + size);
    at += size;
    const escaped = rune < 0x20 || /^["\\<>&]$/.test(piece) || rune === 0x2028 || rune === 0x2029;
    if (rune === 0xfffd && size === 1) quoted += '\\ufffd';
    else if (escaped) quoted += shortEscapes[piece] ?? `\\u${rune.toString(16).padStart(4, '0')}`;
    else quoted += piece;
  }
  return `"${quoted}"`;
}
