import { type ByteText, decodeRune } from './byte-text.ts';
import type { Engine } from './gjson-engine.ts';
import { type ModifierName, trim } from './gjson-path.ts';
import { type PrettyOptions, pretty, ugly } from './gjson-pretty.ts';
import { isTrue } from './gjson-query.ts';
import { entriesOf, type Found, numberOf, readWhole, textOf } from './gjson-scan.ts';
import { isJson } from './tokenizer.ts';

/** The text that a modifier makes of a text. */
export type Modifier = (text: ByteText, argument: ByteText, engine: Engine) => ByteText;

export const modifiers: Readonly<Record<ModifierName, Modifier>> = {
  this: (text) => text,
  ugly: (text) => ugly(text),
  pretty: (text, argument, engine) => pretty(text, prettyOptions(argument), engine),
  valid: (text) => (valid(text) ? text : ''),
  fromstr: (text) => (valid(text) ? textOf(readWhole(text)) : ''),
  tostr: (text) => quote(text),
  reverse,
  flatten,
  join,
  keys,
  values,
  group,
  dig,
};

/** Whether a text is JSON. Taking its bytes for characters changes nothing about that. */
export function valid(text: ByteText): boolean {
  return isJson(text);
}

/** A text as a JSON string with `<`, `>` and `&` escaped. */
export function quote(text: ByteText): ByteText {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON escapes
  const escaped = text.replace(/[\x00-\x1f"\\<>&]|[\x80-\xff]+/g, (run) => {
    if (run >= '\x80') return escapeRunes(run);
    return shortEscapes[run] ?? unicodeEscape(run.charCodeAt(0));
  });
  return `"${escaped}"`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function escapeRunes(text: ByteText): ByteText {
  let out = '';
  for (let i = 0; i < text.length; ) {
    const { rune, size } = decodeRune(text, i);
    const escaped = (rune === 0xfffd && size === 1) || rune === 0x2028 || rune === 0x2029;
    out += escaped ? unicodeEscape(rune) : text.slice(i, i + size);
    i += size;
  }
  return out;
}

/** The members of a modifier's JSON argument by name, the last of equal names. */
function options(argument: ByteText): ReadonlyMap<ByteText, Found> {
  return new Map(entriesOf(readWhole(argument)).map(({ name, value }) => [textOf(name), value]));
}

function prettyOptions(argument: ByteText): PrettyOptions {
  const given = options(argument);
  const blanks = (name: string) => {
    const value = given.get(name);
    return value === undefined ? undefined : textOf(value).replace(/[^ \t\r\n]/g, '');
  };
  const width = given.get('width');
  const sortKeys = given.get('sortKeys');
  return {
    width: width === undefined ? 80 : wholeNumber(width),
    prefix: blanks('prefix') ?? '',
    indent: blanks('indent') ?? '  ',
    sortKeys: sortKeys !== undefined && isTrue(sortKeys),
  };
}

function wholeNumber(value: Found): number {
  if (value.kind === 'true') return 1;
  if (value.kind === 'number') return Math.trunc(numberOf(value)) || 0;
  return value.kind === 'string' && /^-?[0-9]+$/.test(value.content) ? Number(value.content) : 0;
}

function isArray(value: Found): boolean {
  return value.kind === 'json' && value.raw.startsWith('[');
}

function isObject(value: Found): boolean {
  return value.kind === 'json' && value.raw.startsWith('{');
}

function reverse(text: ByteText): ByteText {
  const whole = readWhole(text);
  if (whole.kind !== 'json') return text;
  const entries = entriesOf(whole).reverse();
  if (isArray(whole)) return `[${entries.map(({ value }) => value.raw).join(',')}]`;
  return `{${entries.map(({ name, value }) => `${name.raw}:${value.raw}`).join(',')}}`;
}

function unwrap(text: ByteText): ByteText {
  const inner = trim(text);
  return inner.length >= 2 && /^[[{]/.test(inner) ? inner.slice(1, -1) : inner;
}

function flatten(text: ByteText, argument: ByteText, engine: Engine): ByteText {
  const whole = readWhole(text);
  if (!isArray(whole)) return text;
  const given = options(argument).get('deep');
  const deep = given !== undefined && isTrue(given);
  const items = entriesOf(whole).map(({ value }) => {
    if (!isArray(value)) return value.raw;
    engine.spend(value.raw.length);
    return unwrap(deep ? engine.nested(() => flatten(value.raw, argument, engine)) : value.raw);
  });
  return `[${items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .join(',')}]`;
}

function keys(text: ByteText): ByteText {
  const whole = readWhole(text);
  const object = isObject(whole);
  return `[${entriesOf(whole)
    .map(({ name }) => (object ? name.raw : 'null'))
    .join(',')}]`;
}

function values(text: ByteText): ByteText {
  const whole = readWhole(text);
  if (isArray(whole)) return text;
  return `[${entriesOf(whole)
    .map(({ value }) => value.raw)
    .join(',')}]`;
}

function join(text: ByteText, argument: ByteText): ByteText {
  const whole = readWhole(text);
  if (!isArray(whole)) return text;
  const given = options(argument).get('preserve');
  const objects = entriesOf(whole)
    .map(({ value }) => value)
    .filter(isObject);
  if (given !== undefined && isTrue(given)) return `{${objects.map(({ raw }) => unwrap(raw)).join(',')}}`;
  const members = new Map<ByteText, { name: ByteText; value: ByteText }>();
  for (const { name, value } of objects.flatMap(entriesOf)) {
    const key = textOf(name);
    members.set(key, { name: members.get(key)?.name ?? name.raw, value: value.raw });
  }
  return `{${[...members.values()].map(({ name, value }) => `${name}:${value}`).join(',')}}`;
}

function group(text: ByteText): ByteText {
  const whole = readWhole(text);
  if (!isObject(whole)) return '';
  const objects: ByteText[][] = [];
  for (const { name, value } of entriesOf(whole)) {
    if (!isArray(value)) continue;
    entriesOf(value).forEach((item, index) => {
      objects[index] ??= [];
      objects[index].push(`${name.raw}:${item.value.raw}`);
    });
  }
  return `[${objects.map((members) => `{${members.join(',')}}`).join(',')}]`;
}

function dig(text: ByteText, path: ByteText, engine: Engine): ByteText {
  const all: ByteText[] = [];
  const descend = (value: Found) => {
    const found = engine.get(value.raw, path);
    if (found.kind !== 'absent') all.push(found.raw);
    if (value.kind !== 'json') return;
    for (const entry of entriesOf(value)) engine.nested(() => descend(entry.value));
  };
  descend(readWhole(text));
  return `[${all.join(',')}]`;
}
