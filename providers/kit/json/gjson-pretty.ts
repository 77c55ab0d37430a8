import type { ByteText } from './byte-text.ts';
import type { Engine } from './gjson-engine.ts';
import { trim } from './gjson-path.ts';
import { readWhole, stringEnd, textOf } from './gjson-scan.ts';
import { parseFloat64 } from './go-float.ts';
import { isJson } from './tokenizer.ts';

/** Options of `@pretty`. */
export interface PrettyOptions {
  /** Columns within which an array without objects stays on one line. */
  readonly width: number;
  readonly prefix: ByteText;
  readonly indent: ByteText;
  readonly sortKeys: boolean;
}

/** A text without the blanks between its values. */
export function ugly(text: ByteText): ByteText {
  const pieces: ByteText[] = [];
  for (let i = 0; i < text.length; ) {
    const start = i;
    if (text[i] === '"') i = stringEnd(text, i) ?? text.length;
    else while (i < text.length && text[i] !== '"' && text.charCodeAt(i) > 0x20) i++;
    pieces.push(text.slice(start, i));
    while (text.charCodeAt(i) <= 0x20) i++;
  }
  return pieces.join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: numbers end at gjson's blanks
const numeral = /[\s\S][^\x00-\x20,:\]}]*/y;

interface Line {
  readonly name: ByteText;
  readonly value: ByteText;
  readonly text: ByteText;
}

/** A text laid out on lines, as the library behind `@pretty` does. */
export function pretty(text: ByteText, options: PrettyOptions, engine: Engine): ByteText {
  const { width, prefix, indent, sortKeys } = options;
  let at = 0;

  const skipBlank = () => {
    while (text.charCodeAt(at) <= 0x20) at++;
  };
  const string = (): ByteText => {
    const start = at;
    at = stringEnd(text, at) ?? text.length;
    return text.slice(start, at);
  };

  /** The next value by `container` where it is an array or object, undefined when that gives up. */
  const value = (container: () => ByteText | undefined): ByteText | undefined => {
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === '"') return string();
      if (char === '{' || char === '[') return engine.nested(container);
      if (/[-0-9iI+N]/.test(char) || /^n[^u]/.test(text.slice(at, at + 2))) {
        numeral.lastIndex = at;
        const number = numeral.exec(text)?.[0] ?? '';
        at += number.length;
        return number;
      }
      const word = char === 't' ? 'true' : char === 'f' ? 'false' : char === 'n' ? 'null' : undefined;
      if (word === undefined) continue;
      at += word.length;
      return word;
    }
    return '';
  };

  /** An array on one line, undefined when it holds an object. */
  const oneLine = (): ByteText | undefined => {
    if (text[at++] === '{') return undefined;
    const items: ByteText[] = [];
    for (skipBlank(); at < text.length; skipBlank()) {
      if (text[at] === ']') {
        at++;
        return `[${items.join(', ')}]`;
      }
      const item = value(oneLine);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return `[${items.join(', ')}`;
  };

  /** `column` is the place on the line where the container starts, `depth` how far that line is indented. */
  const lines = (column: number, depth: number) => (): ByteText => {
    const start = at;
    const open = text.charAt(at);
    engine.spend(text.length - at);
    if (open === '[' && width > 0 && width - column > 3) {
      const line = oneLine();
      if (line !== undefined && line.length <= width - column) return line;
      at = start;
    }
    at++;
    const close = open === '{' ? '}' : ']';
    const margin = prefix + indent.repeat(depth + 1);
    const entries: Line[] = [];
    for (skipBlank(); at < text.length && text[at] !== close; skipBlank()) {
      if (open === '{' && text[at] !== '"') {
        at++;
        continue;
      }
      const name = open === '{' ? string() : '';
      const label = open === '{' ? `${name}: ` : '';
      // The library counts the line break itself, but not in front of later items of an array.
      const lineBreak = open === '[' && entries.length > 0 ? 0 : 1;
      const content = value(lines(lineBreak + margin.length + label.length, depth + 1)) ?? '';
      engine.spend(margin.length);
      entries.push({ name, value: content, text: `\n${margin}${label}${content}` });
    }
    const closed = at < text.length;
    at++;
    if (sortKeys && closed && open === '{') entries.sort(byNameThenValue);
    const body = entries.map((entry) => entry.text).join(',');
    if (!closed) return open + body;
    return entries.length === 0 ? open + close : `${open}${body}\n${prefix}${indent.repeat(depth)}${close}`;
  };

  const laidOut = prefix + (value(lines(prefix.length, 0)) ?? '');
  return laidOut === '' ? '' : `${laidOut}\n`;
}

function byNameThenValue(a: Line, b: Line): number {
  return compareValues(a.name, b.name) || compareValues(a.value, b.value);
}

/** null < false < numbers < strings < true < arrays and objects; within a kind by value or text. */
function compareValues(a: ByteText, b: ByteText): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (a.startsWith('"')) return order(decoded(a), decoded(b));
  return rankOf(a) === 2 ? order(parseFloat64(a), parseFloat64(b)) : order(trim(a), trim(b));
}

function decoded(string: ByteText): ByteText {
  return !string.includes('\\') || isJson(string) ? textOf(readWhole(string)) : '';
}

function rankOf(value: ByteText): number {
  const lead = value.charAt(0);
  const rank = 'nf0"t['.indexOf(lead === '{' ? '[' : lead);
  return lead === '' ? 0 : rank < 0 ? 2 : rank;
}

function order<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
