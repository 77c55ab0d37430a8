import { type ByteText, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { quote } from '../values/quote.ts';
import { isSpace, runes } from '../values/unicode.ts';
import { type Any, strings } from '../values/value.ts';
import { toIndex, toText, toTexts } from './convert.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Cutting, joining, looking for and quoting text; positions count bytes, as in Go. */
export const stringFunctions: FunctionTable = {
  hello: fn([], () => 'Hello!'),
  trunc: fn(['int', 'string'], ([count, text]) => truncate(toIndex(count), text)),
  substr: fn(['int', 'int', 'string'], ([start, end, text]) => substring(toIndex(start), toIndex(end), text)),
  trim: fn(['string'], ([text]) => trimRunes(text, isSpace)),
  trimall: fn(['string', 'string'], ([cut, text]) => trimSet(text, cut)),
  trimAll: fn(['string', 'string'], ([cut, text]) => trimSet(text, cut)),
  trimSuffix: fn(['string', 'string'], ([end, text]) =>
    text.endsWith(end) ? text.slice(0, text.length - end.length) : text,
  ),
  trimPrefix: fn(['string', 'string'], ([start, text]) =>
    text.startsWith(start) ? text.slice(start.length) : text,
  ),
  repeat: fn(['int', 'string'], ([count, text], { budget }) => repeat(text, toIndex(count), budget)),
  nospace: fn(['string'], ([text]) => withoutSpace(text)),
  contains: fn(['string', 'string'], ([part, text]) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], ([start, text]) => text.startsWith(start)),
  hasSuffix: fn(['string', 'string'], ([end, text]) => text.endsWith(end)),
  quote: fn(['...any'], (values, { budget }) =>
    present(values)
      .map((value) => quote(toText(value, budget)))
      .join(' '),
  ),
  squote: fn(['...any'], (values, { budget }) =>
    present(values)
      .map((value) => `'${toText(value, budget)}'`)
      .join(' '),
  ),
  cat: fn(['...any'], (values, { budget }) =>
    present(values)
      .map((value) => toText(value, budget))
      .join(' '),
  ),
  indent: fn(['int', 'string'], ([spaces, text], { budget }) => indent(toIndex(spaces), text, budget)),
  nindent: fn(
    ['int', 'string'],
    ([spaces, text], { budget }) => `\n${indent(toIndex(spaces), text, budget)}`,
  ),
  replace: fn(['string', 'string', 'string'], ([old, by, text], { budget }) =>
    replace(text, old, by, budget),
  ),
  plural: fn(['string', 'string', 'int'], ([one, many, count]) => (count === 1n ? one : many)),
  toString: fn(['any'], ([value], { budget }) => toText(value, budget)),
  split: fn(['string', 'string'], ([separator, text]) => numbered(split(text, separator, -1))),
  splitn: fn(['string', 'int', 'string'], ([separator, count, text]) =>
    numbered(split(text, separator, toIndex(count))),
  ),
  splitList: fn(['string', 'string'], ([separator, text]) => strings(split(text, separator, -1))),
  toStrings: fn(['any'], ([value], { budget }) => strings(toTexts(value, budget))),
  join: fn(['string', 'any'], ([separator, value], { budget }) => {
    const parts = toTexts(value, budget);
    budget.make(separator.length * parts.length);
    return parts.join(separator);
  }),
};

const present = (values: readonly Any[]) => values.filter((value) => value !== null);

function truncate(count: number, text: ByteText): ByteText {
  if (count < 0) return text.length + count > 0 ? text.slice(count) : text;
  return text.slice(0, count);
}

function substring(start: number, end: number, text: ByteText): ByteText {
  const from = Math.max(start, 0);
  const to = start >= 0 && (end < 0 || end > text.length) ? text.length : end;
  if (to < from || to > text.length) throw new CallError('OutOfRange');
  return text.slice(from, to);
}

function trimRunes(text: ByteText, cut: (rune: number) => boolean): ByteText {
  let start = text.length;
  let end = 0;
  for (const { rune, size, at } of runes(text)) {
    if (cut(rune)) continue;
    start = Math.min(start, at);
    end = at + size;
  }
  return text.slice(start, Math.max(start, end));
}

function trimSet(text: ByteText, cutset: ByteText): ByteText {
  const set = new Set([...runes(cutset)].map(({ rune }) => rune));
  return trimRunes(text, (rune) => set.has(rune));
}

/** The text so many times. Throws {@link CallError} where the count is negative or the budget too small. */
export function repeat(text: ByteText, count: number, budget: Budget): ByteText {
  if (count < 0) throw new CallError('NegativeCount');
  budget.make(text.length * count);
  return text.length === 0 ? '' : text.repeat(count);
}

/** As the library does it: where space goes, each byte left is taken for a character. */
function withoutSpace(text: ByteText): ByteText {
  const kept = [...text].filter((byte) => !isSpace(byte.charCodeAt(0)));
  return kept.length === text.length ? text : kept.map((byte) => encodeRune(byte.charCodeAt(0))).join('');
}

function indent(spaces: number, text: ByteText, budget: Budget): ByteText {
  if (spaces < 0) throw new CallError('NegativeCount');
  const lines = text.split('\n');
  budget.make(spaces * lines.length);
  return lines.map((line) => ' '.repeat(spaces) + line).join('\n');
}

function replace(text: ByteText, old: ByteText, by: ByteText, budget: Budget): ByteText {
  const parts = old === '' ? ['', ...characters(text), ''] : text.split(old);
  budget.make(by.length * parts.length);
  return parts.join(by);
}

const characters = (text: ByteText) => [...runes(text)].map(({ at, size }) => text.slice(at, at + size));

/** The parts between separators, at most so many (negative: all); an empty separator parts all characters. */
function split(text: ByteText, separator: ByteText, count: number): ByteText[] {
  if (count === 0) return [];
  const parts = separator === '' ? characters(text) : text.split(separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly ByteText[]): Any {
  return {
    kind: 'map',
    element: 'string',
    entries: new Map(parts.map((part, index) => [`_${index}`, part])),
  };
}
