import { type ByteText, decodeUtf8, toByteText } from './byte-text.ts';
import { JsonError } from './json-error.ts';

/** A value and the bytes `[start, end)` that it takes in its document. */
export type JsonNode = { readonly start: number; readonly end: number } & JsonValue;

type JsonValue =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  /** `text` is the number as written: never rounded. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

/** A name of an object and its value. A name that occurs twice is there twice, in the document's order. */
export interface JsonMember {
  readonly name: string;
  readonly value: JsonNode;
}

/** A parsed text: its bytes and its value. */
export interface JsonDocument {
  readonly bytes: Uint8Array;
  readonly root: JsonNode;
}

/** Nesting that is accepted; Go's decoder stops at 10,000. */
export const maxDepth = 1000;

/** Parses a whole text by RFC 8259 in linear time. Throws {@link JsonError} `Syntax` or `TooDeep`. */
export function parseJson(source: Uint8Array | string): JsonDocument {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  return { bytes, root: parseText(toByteText(bytes)) };
}

/** Whether a text is valid JSON. Throws {@link JsonError} `TooDeep`, since that does not answer the question. */
export function isJson(source: Uint8Array | string): boolean {
  try {
    parseText(toByteText(source));
    return true;
  } catch (error) {
    if (error instanceof JsonError && error.code === 'Syntax') return false;
    throw error;
  }
}

/** The bytes of a value as they stand in the document, spaces and all: a view, not a copy. */
export function rawSlice(document: JsonDocument, node: JsonNode): Uint8Array {
  return document.bytes.subarray(node.start, node.end);
}

type Container =
  | { kind: 'object'; start: number; name: string; members: JsonMember[] }
  | { kind: 'array'; start: number; items: JsonNode[] };

const blank = /[ \t\n\r]*/y;
const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;

function parseText(text: ByteText): JsonNode {
  const open: Container[] = [];
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const skipBlank = () => {
    if (text.charCodeAt(at) <= 0x20) match(blank);
  };
  const take = (char: string): boolean => {
    skipBlank();
    if (text[at] !== char) return false;
    at++;
    return true;
  };
  const expect = (char: string) => {
    if (!take(char)) throw new JsonError('Syntax', at);
  };
  const string = (): string => {
    expect('"');
    const start = at;
    at = stringEnd(text, start);
    return decodeJsonString(text.slice(start, at++));
  };
  const memberName = (): string => {
    const name = string();
    expect(':');
    return name;
  };

  /** A value that is complete, or undefined when a container was opened. */
  const value = (): JsonNode | undefined => {
    skipBlank();
    const start = at;
    const char = text[at];
    if (char === '{' || char === '[') {
      at++;
      if (take(char === '{' ? '}' : ']')) {
        return char === '{'
          ? { kind: 'object', start, end: at, members: [] }
          : { kind: 'array', start, end: at, items: [] };
      }
      if (open.length === maxDepth) throw new JsonError('TooDeep', start);
      open.push(
        char === '{'
          ? { kind: 'object', start, name: memberName(), members: [] }
          : { kind: 'array', start, items: [] },
      );
      return undefined;
    }
    if (char === '"') return { kind: 'string', start, text: string(), end: at };
    const word = match(literal);
    if (word === 'null') return { kind: 'null', start, end: at };
    if (word !== undefined) return { kind: 'boolean', start, end: at, value: word === 'true' };
    const number = match(numeral);
    if (number === undefined) throw new JsonError('Syntax', at);
    return { kind: 'number', start, end: at, text: number };
  };

  for (;;) {
    let node = value();
    if (node === undefined) continue;
    // Hand the finished value to its container, and that to its own, as long as they end here.
    for (;;) {
      const top = open.at(-1);
      if (top === undefined) {
        skipBlank();
        if (at < text.length) throw new JsonError('Syntax', at);
        return node;
      }
      if (top.kind === 'object') top.members.push({ name: top.name, value: node });
      else top.items.push(node);
      if (take(',')) {
        if (top.kind === 'object') top.name = memberName();
        break;
      }
      expect(top.kind === 'object' ? '}' : ']');
      open.pop();
      node = finished(top, at);
    }
  }
}

function finished(top: Container, end: number): JsonNode {
  return top.kind === 'object'
    ? { kind: 'object', start: top.start, end, members: top.members }
    : { kind: 'array', start: top.start, end, items: top.items };
}

/** Index of the quote that ends the string whose content starts at `from`. */
function stringEnd(text: ByteText, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code < 0x20) throw new JsonError('Syntax', at);
    if (code !== 0x5c) continue;
    at++;
    const letter = text[at];
    if (letter === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) throw new JsonError('Syntax', at);
      at += 4;
    } else if (letter === undefined || !simpleEscapes.has(letter)) {
      throw new JsonError('Syntax', at);
    }
  }
  throw new JsonError('Syntax', text.length);
}

const simpleEscapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** The text of a valid string's content; what is not UTF-8 or half a surrogate pair becomes U+FFFD, as in Go. */
function decodeJsonString(content: ByteText): string {
  if (!content.includes('\\')) return decodeUtf8(content);
  const pieces: string[] = [];
  for (let at = 0; at < content.length; ) {
    const slash = content.indexOf('\\', at);
    if (slash !== at) {
      pieces.push(decodeUtf8(content.slice(at, slash < 0 ? undefined : slash)));
      if (slash < 0) break;
    }
    const letter = content.charAt(slash + 1);
    if (letter === 'u')
      pieces.push(String.fromCharCode(Number.parseInt(content.slice(slash + 2, slash + 6), 16)));
    else pieces.push(simpleEscapes.get(letter) ?? '');
    at = slash + (letter === 'u' ? 6 : 2);
  }
  return pieces.join('').toWellFormed();
}
