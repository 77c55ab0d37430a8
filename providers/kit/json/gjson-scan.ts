import { type ByteText, encodeRune } from './byte-text.ts';
import { formatPlain, parseFloat64 } from './go-float.ts';

// Reading JSON the way gjson does: find the ends of values without judging what lies between them.

/** What a path finds: the bytes as they stand and, for a string, its decoded content. `absent` is "does not exist". */
export interface Found {
  readonly kind: 'absent' | 'null' | 'false' | 'true' | 'number' | 'string' | 'json';
  readonly raw: ByteText;
  readonly content: ByteText;
}

export const absent: Found = { kind: 'absent', raw: '', content: '' };

/** A number found, as float64. */
export function numberOf(value: Found): number {
  return parseFloat64(value.raw);
}

/** The text that a value stands for: numbers with a fraction or exponent in plain decimal, null and absent empty. */
export function textOf(value: Found): ByteText {
  switch (value.kind) {
    case 'string':
      return value.content;
    case 'number':
      return /^-?[0-9]*$/.test(value.raw) ? value.raw : formatPlain(numberOf(value));
    case 'json':
      return value.raw;
    case 'true':
    case 'false':
      return value.kind;
    default:
      return '';
  }
}

/** The truth that a word stands for, undefined when it is none. */
export function wordTruth(text: ByteText): boolean | undefined {
  const word = text.toLowerCase();
  if (word === '1' || word === 't' || word === 'true') return true;
  return word === '0' || word === 'f' || word === 'false' ? false : undefined;
}

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;

/** A string whose opening quote is at `at`: the index behind its closing quote, or undefined when it never closes. */
export function stringEnd(text: ByteText, at: number): number | undefined {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return undefined;
}

/**
 * The index behind the bracket that closes the one at `at`; brackets of all kinds count alike. Without it the text's end,
 * or one more when a string is what never closes: there gjson's arrays end without a result.
 */
export function blockEnd(text: ByteText, at: number): number {
  let depth = 1;
  for (let i = at + 1; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote: {
        const end = stringEnd(text, i);
        if (end === undefined) return text.length + 1;
        i = end - 1;
        break;
      }
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        break;
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: // }
        if (--depth === 0) return i + 1;
    }
  }
  return text.length;
}

/** The index behind a string, an array, an object or a parenthesis. */
export function groupEnd(text: ByteText, at: number): number {
  return text.charCodeAt(at) === quote ? (stringEnd(text, at) ?? text.length) : blockEnd(text, at);
}

const valueLead = /["{[ntf+\-0-9iIN]/g;

/** Where the next value starts; everything that cannot start one is passed over. Undefined when none follows. */
export function nextValue(text: ByteText, from: number): number | undefined {
  valueLead.lastIndex = from;
  return valueLead.test(text) ? valueLead.lastIndex - 1 : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: to gjson all of them are blanks
const numberEnd = /[\x00-\x20,\]}]/g;
const wordEnd = /[^a-z]/g;

function search(text: ByteText, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}

/** The index behind the value that starts at `at`, or undefined when it is a string that never closes. */
export function valueEnd(text: ByteText, at: number): number | undefined {
  switch (text[at]) {
    case '"':
      return stringEnd(text, at);
    case '{':
    case '[':
      return blockEnd(text, at);
    default:
      return isWord(text, at) ? search(text, wordEnd, at + 1) : search(text, numberEnd, at + 1);
  }
}

/** Whether true, false or null starts here rather than a number; `nan` is a number. */
function isWord(text: ByteText, at: number): boolean {
  const lead = text[at];
  const next = text[at + 1];
  return lead === 't' || lead === 'f' || (lead === 'n' && (next === 'u' || next === undefined));
}

/** The value in `[start, end)`, as delimited by {@link valueEnd}. */
export function valueIn(text: ByteText, start: number, end: number): Found {
  const raw = text.slice(start, end);
  switch (raw[0]) {
    case '"':
      return { kind: 'string', raw, content: contentOf(raw.slice(1, -1)) };
    case '{':
    case '[':
      return { kind: 'json', raw, content: '' };
    default:
      if (!isWord(text, start)) return { kind: 'number', raw, content: '' };
      return { kind: raw[0] === 't' ? 'true' : raw[0] === 'f' ? 'false' : 'null', raw, content: '' };
  }
}

/** The next value at or behind `from` and the index behind it, or undefined when there is none. */
export function readValue(text: ByteText, from: number): { value: Found; end: number } | undefined {
  const start = nextValue(text, from);
  const end = start === undefined ? undefined : valueEnd(text, start);
  return start === undefined || end === undefined ? undefined : { value: valueIn(text, start, end), end };
}

/** A whole text as a value: an object or array takes all that follows it, other values end where they end. */
export function readWhole(text: ByteText): Found {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: to gjson all of them are blanks
  const start = text.search(/[^\x00-\x20]/);
  if (start < 0) return absent;
  const lead = text.charAt(start);
  if (lead === '{' || lead === '[') return { kind: 'json', raw: text.slice(start), content: '' };
  if (lead === '"' && stringEnd(text, start) === undefined) {
    const raw = text.slice(start);
    return { kind: 'string', raw, content: contentOf(raw.slice(1)) };
  }
  return nextValue(lead, 0) === undefined ? absent : (readValue(text, start)?.value ?? absent);
}

/** The members of an object (with names) or items of an array; a value that is neither is its own only item. */
export function entriesOf(whole: Found): { name: Found; value: Found }[] {
  if (whole.kind === 'absent') return [];
  if (whole.kind !== 'json') return [{ name: absent, value: whole }];
  const text = whole.raw;
  const object = text[0] === '{';
  const entries: { name: Found; value: Found }[] = [];
  for (let at = 1; at < text.length; at++) {
    let name = absent;
    if (object) {
      const start = text.indexOf('"', at);
      const end = start < 0 ? undefined : stringEnd(text, start);
      if (end === undefined) break;
      name = valueIn(text, start, end);
      at = end;
    }
    const read = readValue(text, at);
    if (read === undefined) break;
    entries.push({ name, value: read.value });
    at = read.end;
  }
  return entries;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** What lies between a string's quotes, decoded; without a backslash control characters are kept. */
function contentOf(between: ByteText): ByteText {
  return between.includes('\\') ? unescapeJson(between) : between;
}

/** Decodes the escapes of a string; at a control character or a malformed escape it ends with what it has. */
export function unescapeJson(content: ByteText): ByteText {
  const pieces: ByteText[] = [];
  for (let i = 0; i < content.length; i++) {
    if (content.charCodeAt(i) < space) break;
    if (content[i] !== '\\') {
      const start = i;
      while (i + 1 < content.length && content[i + 1] !== '\\' && content.charCodeAt(i + 1) >= space) i++;
      pieces.push(content.slice(start, i + 1));
      continue;
    }
    const letter = content.charAt(++i);
    if (letter !== 'u') {
      const simple = escapes[letter];
      if (simple === undefined) break;
      pieces.push(simple);
      continue;
    }
    if (i + 5 > content.length) break;
    const unit = hex(content, i + 1);
    i += 4;
    if (unit < 0xd800 || unit > 0xdfff) {
      pieces.push(encodeRune(unit));
    } else if (content.startsWith('\\u', i + 1) && i + 7 <= content.length) {
      pieces.push(encodeRune(joinSurrogates(unit, hex(content, i + 3))));
      i += 6;
    } else {
      pieces.push(encodeRune(0xfffd));
    }
  }
  return pieces.join('');
}

function hex(text: ByteText, at: number): number {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : 0;
}

function joinSurrogates(high: number, low: number): number {
  const pair = high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
  return pair ? ((high - 0xd800) << 10) + (low - 0xdc00) + 0x10000 : 0xfffd;
}
