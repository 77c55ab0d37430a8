import { type ByteText, decodeRune } from '../../../providers/kit/json/byte-text.ts';

/**
 * Whether go-yaml reads every character of a text. As it reads a `quoted` one by way of JSON, which escapes what is below the space,
 * it takes that there.
 */
export function isReadable(bytes: ByteText, form: 'plain' | 'quoted'): boolean {
  for (let at = 0; at < bytes.length; ) {
    const { rune, size } = decodeRune(bytes, at);
    if (form === 'plain' && rune < 0x20 && rune !== 0x09 && rune !== 0x0a && rune !== 0x0d) return false;
    if (rune === 0x7f || (rune >= 0x80 && rune < 0xa0 && rune !== 0x85) || rune === 0xfffe || rune === 0xffff)
      return false;
    at += size;
  }
  return true;
}
