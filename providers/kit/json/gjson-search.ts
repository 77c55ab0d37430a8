import type { ByteText } from './byte-text.ts';
import type { Engine } from './gjson-engine.ts';
import { matchesPattern } from './gjson-match.ts';
import {
  type ItemPart,
  type NamePart,
  parseItemPart,
  parseNamePart,
  type Query,
  splitAtPipe,
} from './gjson-path.ts';
import { queryHolds } from './gjson-query.ts';
import { absent, type Found, nextValue, readValue, stringEnd, valueEnd, valueIn } from './gjson-scan.ts';

/** A walk down one text: what was found, and the path that is to work on it afterwards. */
export interface Walk {
  readonly text: ByteText;
  readonly engine: Engine;
  found: Found;
  pipe: ByteText | undefined;
}

/** The walk is over; `walk.found` holds its result. */
export const done = -1;

/**
 * Looks for a path in the object whose members start at `from`. Returns {@link done}, or the index behind the object.
 * A name that occurs twice counts again when its first value leads nowhere.
 */
export function searchObject(walk: Walk, from: number, path: ByteText): number {
  const { text } = walk;
  const part = parseNamePart(path);
  if (part.pipe !== undefined) walk.pipe = part.pipe;
  let at = from;
  while (at < text.length) {
    const start = find(text, nameOrEnd, at);
    if (text[start] === '}') return start + 1;
    const nameEnd = start === text.length ? undefined : stringEnd(text, start);
    const value = nameEnd === undefined ? undefined : nextValue(text, nameEnd);
    if (nameEnd === undefined || value === undefined) return text.length;
    const name = valueIn(text, start, nameEnd).content;
    const matches = part.wild ? matchesPattern(name, part.name, walk.engine.spend) : part.name === name;
    at = follow(walk, value, part, matches) ?? text.length;
    if (at === done) return done;
  }
  return at;
}

/**
 * Passes a value by, takes it or descends into it. Returns {@link done}, the index behind the value, or undefined when
 * it is a string that never closes.
 */
function follow(walk: Walk, at: number, part: NamePart | ItemPart, matches: boolean): number | undefined {
  const { text, engine } = walk;
  const { rest } = part;
  if (matches && rest !== undefined) {
    if (text[at] === '{') return engine.nested(() => searchObject(walk, at + 1, rest));
    if (text[at] === '[') return engine.nested(() => searchArray(walk, at + 1, rest));
  }
  const end = valueEnd(text, at);
  if (!matches || rest !== undefined || end === undefined) return end;
  walk.found = valueIn(text, at, end);
  return done;
}

const nameOrEnd = /["}]/g;
const itemOrEnd = /["{[\]ntf+\-0-9iIN]/g;
const notBlank = /[^ \t\r\n]/g;

function find(text: ByteText, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}

/** The same for the array whose items start at `from`; the end of the text closes an array too. */
export function searchArray(walk: Walk, from: number, path: ByteText): number {
  const { text } = walk;
  const part = parseItemPart(path);
  if (part.pipe !== undefined) walk.pipe = part.pipe;
  const index = !part.hash && /^[0-9]+$/.test(part.name) ? Number(part.name) : -1;
  const selection = part.query === undefined ? undefined : select(walk, part, part.query);
  const starts: number[] = [];
  let at = from;
  for (let count = 0; at <= text.length; count++) {
    if (part.each) starts.push(at);
    const start = find(text, itemOrEnd, at);
    if (start === text.length || text[start] === ']') {
      if (part.name === '#') {
        walk.found = part.each ? collect(walk, part.rest ?? '', starts) : counted(count);
        return done;
      }
      if (part.query?.all && walk.found.kind === 'absent') walk.found = listOf(selection?.matches ?? []);
      return start + 1;
    }
    const end = selection === undefined ? follow(walk, start, part, count === index) : valueEnd(text, start);
    if (end === undefined) return text.length;
    if (end === done || selection?.take(valueIn(text, start, end))) return done;
    at = end;
  }
  return at;
}

function counted(count: number): Found {
  return { kind: 'number', raw: String(count), content: '' };
}

function listOf(items: readonly ByteText[]): Found {
  return { kind: 'json', raw: `[${items.join(',')}]`, content: '' };
}

/** `#.path`: what the path finds in each item. */
function collect(walk: Walk, path: ByteText, starts: readonly number[]): Found {
  const { text, engine } = walk;
  const split = splitAtPipe(path);
  if (split !== undefined) walk.pipe = split.right;
  const items: ByteText[] = [];
  for (const start of starts) {
    const next = find(text, notBlank, start);
    if (next === text.length || text[next] === ']') continue;
    const item = readValue(text, start);
    const found = item === undefined ? absent : engine.get(item.value.raw, split?.left ?? path);
    if (found.kind === 'absent') continue;
    engine.spend(found.raw.length);
    items.push(found.raw);
  }
  return listOf(items);
}

/** `#(query)`: tells of each item whether it ends the walk, and keeps the results of `#(query)#`. */
function select(walk: Walk, part: ItemPart, query: Query) {
  const { engine } = walk;
  let { rest } = part;
  const matches: ByteText[] = [];
  return {
    matches,
    take(item: Found): boolean {
      if (item.kind !== 'json' && query.path !== '') return false;
      const asked = item.kind === 'json' ? engine.get(item.raw, query.path) : item;
      if (!queryHolds(query, asked, engine.spend)) return false;
      if (rest !== undefined) {
        const split = splitAtPipe(rest);
        if (split !== undefined) {
          rest = split.left;
          walk.pipe = split.right;
        }
      }
      const result = rest === undefined ? item : engine.get(item.raw, rest);
      if (!query.all) {
        walk.found = result;
        return true;
      }
      if (result.raw !== '') {
        engine.spend(result.raw.length);
        matches.push(result.raw);
      }
      return false;
    },
  };
}
