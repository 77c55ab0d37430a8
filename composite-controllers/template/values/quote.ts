import { type ByteText, decodeRune, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import { isPrint } from './unicode.ts';

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** The text as a Go literal between such quotes; `ascii` escapes all else. */
export function quote(text: ByteText, delimiter = '"', alphabet: 'unicode' | 'ascii' = 'unicode'): ByteText {
  let result: string = delimiter;
  for (let at = 0; at < text.length; ) {
    const { rune, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    result +=
      rune === 0xfffd && size === 1
        ? `\\x${hex(text.charCodeAt(at), 2)}`
        : quoteRune(rune, bytes, delimiter, alphabet);
    at += size;
  }
  return result + delimiter;
}

function quoteRune(
  rune: number,
  bytes: ByteText,
  delimiter: string,
  alphabet: 'unicode' | 'ascii',
): ByteText {
  if (bytes === delimiter) return `\\${delimiter}`;
  const short = escapes[bytes];
  if (short !== undefined) return short;
  if (alphabet === 'ascii' ? rune >= 0x20 && rune < 0x7f : isPrint(rune)) return bytes;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');

/** Whether a Go raw literal can hold the text. */
export function canBackquote(text: ByteText): boolean {
  for (let at = 0; at < text.length; ) {
    const { rune, size } = decodeRune(text, at);
    if (
      size > 1
        ? rune === 0xfeff
        : rune === 0xfffd || rune === 0x60 || rune === 0x7f || (rune < 0x20 && rune !== 9)
    )
      return false;
    at += size;
  }
  return true;
}

/** The text of a Go literal in double quotes or backquotes; undefined where it is none. */
export function unquote(literal: ByteText): ByteText | undefined {
  const delimiter = literal[0];
  if (literal.length < 2 || delimiter !== literal.at(-1)) return undefined;
  const body = literal.slice(1, -1);
  if (delimiter === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  let result = '';
  for (let at = 0; at < body.length; ) {
    const char = body[at];
    if (char === '"' || char === '\n') return undefined;
    const unit = unquoteUnit(body, at, '"');
    if (unit === undefined) return undefined;
    result += unit.text;
    at += unit.length;
  }
  return result;
}

/** The code point of a Go character literal, or what is wrong with it. */
export function unquoteCharacter(literal: ByteText): number | 'invalid' | 'malformed' {
  if (literal[1] === "'") return 'invalid';
  const unit = unquoteUnit(literal, 1, "'");
  if (unit === undefined) return 'invalid';
  return 1 + unit.length === literal.length - 1 ? unit.rune : 'malformed';
}

interface Unit {
  readonly rune: number;
  readonly text: ByteText;
  readonly length: number;
}

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function unquoteUnit(body: ByteText, at: number, delimiter: string): Unit | undefined {
  if (body[at] !== '\\') {
    const { rune, size } = decodeRune(body, at);
    // What is no UTF-8 becomes U+FFFD here, though not between backquotes.
    return { rune, text: encodeRune(rune), length: size };
  }
  const letter = body[at + 1] ?? '';
  const char = simple[letter] ?? (letter === delimiter ? delimiter : undefined);
  if (char !== undefined) return { rune: char.charCodeAt(0), text: char, length: 2 };
  if (letter >= '0' && letter <= '7') {
    const digits = body.slice(at + 1, at + 4);
    const rune = Number.parseInt(digits, 8);
    if (!/^[0-7]{3}$/.test(digits) || rune > 255) return undefined;
    return { rune, text: String.fromCharCode(rune), length: 4 };
  }
  const width = hexDigits[letter];
  if (width === undefined) return undefined;
  const digits = body.slice(at + 2, at + 2 + width);
  if (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const rune = Number.parseInt(digits, 16);
  if (letter === 'x') return { rune, text: String.fromCharCode(rune), length: 4 };
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return undefined;
  return { rune, text: encodeRune(rune), length: 2 + width };
}
