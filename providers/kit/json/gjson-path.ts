import type { ByteText } from './byte-text.ts';
import { groupEnd, unescapeJson } from './gjson-scan.ts';

/** What follows a component: `rest` continues inside the value found, `pipe` starts anew on the result. */
export interface Continuation {
  readonly rest?: ByteText;
  readonly pipe?: ByteText;
}

/** The first component of a path as a name of an object. */
export interface NamePart extends Continuation {
  /** Without the escapes. With `wild` it is a pattern. */
  readonly name: ByteText;
  readonly wild: boolean;
}

/** `#(path op value)`; an empty `op` asks whether the path exists. */
export interface Query {
  readonly path: ByteText;
  readonly op: ByteText;
  readonly value: ByteText;
  /** `#(...)#`: all matches, not the first. */
  readonly all: boolean;
}

/** The first component of a path as a position in an array. */
export interface ItemPart extends Continuation {
  readonly name: ByteText;
  /** There is a `#` in it, so it is no index. */
  readonly hash: boolean;
  /** `#.rest`: the rest is collected from every item. */
  readonly each: boolean;
  readonly query?: Query;
}

export const modifierNames = [
  'pretty',
  'ugly',
  'reverse',
  'this',
  'flatten',
  'join',
  'valid',
  'keys',
  'values',
  'tostr',
  'fromstr',
  'group',
  'dig',
] as const;

export type ModifierName = (typeof modifierNames)[number];

/** The modifier of that name, undefined when there is none. */
export function modifierNamed(name: ByteText): ModifierName | undefined {
  return modifierNames.find((known) => known === name);
}

/** Behind a dot a modifier or a multipath works on the whole result, like behind a pipe. */
function afterDot(rest: ByteText): Continuation {
  const modifier = /^@([^.|:]*)/.exec(rest)?.[1];
  const piped =
    modifier === undefined ? rest[0] === '[' || rest[0] === '{' : modifierNamed(modifier) !== undefined;
  return piped ? { pipe: rest } : { rest };
}

/** Splits off the first component for an object. */
export function parseNamePart(path: ByteText): NamePart {
  let name = '';
  let wild = false;
  for (let i = 0; i < path.length; i++) {
    const char = path.charAt(i);
    if (char === '|') return { name, wild, pipe: path.slice(i + 1) };
    if (char === '.') return { name, wild, ...afterDot(path.slice(i + 1)) };
    if (char === '\\') {
      name += path.charAt(++i);
      continue;
    }
    if (char === '*' || char === '?') wild = true;
    name += char;
  }
  return { name, wild };
}

/** Splits off the first component for an array. */
export function parseItemPart(path: ByteText): ItemPart {
  let hash = false;
  let query: Query | undefined;
  const each = path.startsWith('#.');
  const part = (end: number) => ({
    name: path.slice(0, end),
    hash,
    each,
    ...(query === undefined ? {} : { query }),
  });
  for (let i = 0; i < path.length; i++) {
    const char = path[i];
    if (char === '|') return { ...part(i), pipe: path.slice(i + 1) };
    if (char === '.') {
      const rest = path.slice(i + 1);
      return { ...part(i), ...(hash ? { rest } : afterDot(rest)) };
    }
    if (char !== '#') continue;
    hash = true;
    if (i > 0 || (path[1] !== '(' && path[1] !== '[')) continue;
    const parsed = parseQuery(path);
    if (parsed === undefined) {
      // gjson takes a query without an end for one that everything matches.
      query = { path: '', op: '', value: '', all: false };
      break;
    }
    query = parsed.query;
    i = parsed.end - 1;
  }
  return part(path.length);
}

function parseQuery(text: ByteText): { query: Query; end: number } | undefined {
  let depth = 1;
  let operator = 0;
  let escaped = false;
  let i = 2;
  for (; i < text.length; i++) {
    const char = text.charAt(i);
    if (depth === 1 && operator === 0 && '!=<>%'.includes(char)) operator = i;
    else if (char === '\\') i++;
    else if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') {
      if (--depth === 0) break;
    } else if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) {
        if (text[i] !== '\\') continue;
        escaped = true;
        i++;
      }
    }
  }
  if (depth > 0) return undefined;
  const path = trim(text.slice(2, operator > 0 ? operator : i));
  const comparison = operator > 0 ? trim(text.slice(operator, i)) : '';
  const op = /^(?:!=|!%|<=|>=|==|[<>=%]|.$)/s.exec(comparison)?.[0] ?? '';
  let value = trim(comparison.slice(op.length));
  if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) {
    value = value.slice(1, -1);
    if (escaped) value = unescapeJson(value);
  }
  const all = text[i + 1] === '#';
  return { query: { path, op: op === '==' ? '=' : op, value, all }, end: i + 1 };
}

/** Without leading and trailing blanks and control characters. */
export function trim(text: ByteText): ByteText {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

/** Splits a path at its first pipe outside queries, undefined when there is none. */
export function splitAtPipe(path: ByteText): { left: ByteText; right: ByteText } | undefined {
  const split = (at: number) => ({ left: path.slice(0, at), right: path.slice(at + 1) });
  if (!path.includes('|')) return undefined;
  if (path[0] === '{') {
    const end = groupEnd(path, 1);
    return path[end] === '|' ? split(end) : undefined;
  }
  for (let i = 0; i < path.length; i++) {
    if (path[i] === '|') return split(i);
    if (path[i] === '\\') i++;
    else if (path.startsWith('.#', i)) {
      // The character behind `#` is passed over even when it is a pipe; so does gjson.
      i += 2;
      if (path[i] === '(' || path[i] === '[') i = queryEnd(path, i);
    }
  }
  return undefined;
}

/** Index of the bracket that closes the query whose opening bracket is at `at`. */
function queryEnd(path: ByteText, at: number): number {
  const open = path[at];
  const close = open === '(' ? ')' : ']';
  let depth = 1;
  let i = at + 1;
  for (; i < path.length; i++) {
    const char = path[i];
    if (char === '\\') i++;
    else if (char === open) depth++;
    else if (char === close) {
      if (--depth === 0) break;
    } else if (char === '"') i = quotedEnd(path, i);
  }
  return i;
}

/** Index of the quote that ends the quoted text starting at `at`; the path's length when none does. */
export function quotedEnd(path: ByteText, at: number): number {
  let i = at + 1;
  for (; i < path.length && path[i] !== '"'; i++) if (path[i] === '\\') i++;
  return i;
}
