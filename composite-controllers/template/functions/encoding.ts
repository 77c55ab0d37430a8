import { type ByteText, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import { quote } from '../values/quote.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Base64, base32 and hexadecimal. What cannot be decoded gives the words of Go's error as the result, as in ESO. */
export const encodingFunctions: FunctionTable = {
  b64enc: fn(['string'], ([text]) => Buffer.from(text, 'latin1').toString('base64')),
  b64dec: fn(['string'], ([text]) => orComplaint(decodeBase64(text), 'base64')),
  b32enc: fn(['string'], ([text]) => encodeBase32(text)),
  b32dec: fn(['string'], ([text]) => orComplaint(decodeBase32(text), 'base32')),
  hexdec: fn(['string'], ([text]) => decodeHex(text)),
};

/** The bytes, or the position of the first byte that is wrong. */
type Decoded = ByteText | number;

function orComplaint(decoded: Decoded, encoding: string): ByteText {
  return typeof decoded === 'string' ? decoded : `illegal ${encoding} data at input byte ${decoded}`;
}

const isNewLine = (char: string | undefined) => char === '\n' || char === '\r';

/** Base64 of the standard alphabet with padding, as Go decodes it: line ends may stand anywhere, the last bits may be any. */
export function decodeBase64(text: ByteText): Decoded {
  const wrong = base64Fault(text);
  return wrong ?? Buffer.from(text.replace(/[\r\n]/g, ''), 'base64').toString('latin1');
}

function base64Fault(text: ByteText): number | undefined {
  let at = 0;
  for (;;) {
    for (let j = 0; j < 4; j++) {
      while (isNewLine(text[at])) at++;
      if (at === text.length) return j === 0 ? undefined : at - j;
      const char = text[at++] ?? '';
      if (/[A-Za-z0-9+/]/.test(char)) continue;
      return char === '=' && j >= 2 ? paddingFault(text, at, j) : at - 1;
    }
  }
}

/** What is wrong from the first padding character on, which stands before `at`. */
function paddingFault(text: ByteText, at: number, quantum: number): number | undefined {
  let end = at;
  const skip = () => {
    while (isNewLine(text[end])) end++;
  };
  if (quantum === 2) {
    skip();
    if (end === text.length) return end;
    if (text[end] !== '=') return end - 1;
    end++;
  }
  skip();
  return end < text.length ? end : undefined;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encodeBase32(text: ByteText): ByteText {
  let result = '';
  for (let at = 0; at < text.length; at += 5) {
    const group = text.slice(at, at + 5);
    let bits = 0n;
    for (let i = 0; i < 5; i++) bits = (bits << 8n) | BigInt(i < group.length ? group.charCodeAt(i) : 0);
    const used = Math.ceil((group.length * 8) / 5);
    for (let i = 0; i < 8; i++) result += i < used ? base32[Number((bits >> BigInt(35 - 5 * i)) & 31n)] : '=';
  }
  return result;
}

function decodeBase32(source: ByteText): Decoded {
  const text = source.replace(/[\r\n]/g, '');
  let result = '';
  for (let start = 0; start < text.length; start += 8) {
    let bits = 0n;
    let count = 0;
    for (let j = 0; j < 8; j++) {
      const at = start + j;
      const left = text.length - at - 1;
      if (left < 0) return text.length - j;
      const char = text[at] ?? '';
      if (char === '=' && j >= 2 && left < 8) {
        if (left + j < 7) return text.length;
        for (let k = 0; k < 7 - j; k++) if (k < left && text[at + 1 + k] !== '=') return at + k;
        if (j === 3 || j === 6) return at;
        return result + bytesOf(bits << BigInt(40 - 5 * j), Math.floor((j * 5) / 8));
      }
      const digit = base32.indexOf(char);
      if (digit < 0) return at;
      bits = (bits << 5n) | BigInt(digit);
      count = j;
    }
    result += bytesOf(bits, count === 7 ? 5 : 0);
  }
  return result;
}

function bytesOf(bits: bigint, count: number): ByteText {
  let bytes = '';
  for (let i = 0; i < count; i++) bytes += String.fromCharCode(Number((bits >> BigInt(32 - 8 * i)) & 255n));
  return bytes;
}

function decodeHex(text: ByteText): ByteText {
  const wrong = /[^0-9a-fA-F]/.exec(text)?.[0];
  if (wrong !== undefined) {
    const code = wrong.charCodeAt(0);
    const shown = quote(encodeRune(code), "'");
    const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return `encoding/hex: invalid byte: ${shown.startsWith("'\\") && code !== 0x27 && code !== 0x5c ? hex : `${hex} '${encodeRune(code)}'`}`;
  }
  if (text.length % 2 === 1) return 'encoding/hex: odd length hex string';
  return Buffer.from(text, 'hex').toString('latin1');
}
