import { JsonError } from './json-error.ts';

/** What a step takes of each value before it. */
export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: 'filter'; readonly test: Test };

/** One step; a `deep` one looks at everything below, too. */
export interface PathStep {
  readonly deep: boolean;
  readonly selectors: readonly Selector[];
}

/** A side of a comparison. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'path'; readonly from: '@' | '$'; readonly steps: readonly PathStep[] };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** What a filter asks of a value. */
export type Test =
  | { readonly kind: 'and' | 'or'; readonly left: Test; readonly right: Test }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'exists'; readonly operand: Operand };

const maxPath = 4096;
const maxNesting = 32;

/** Reads a path. Throws {@link JsonError} `NoPlace` with the offset where it makes no sense. */
export function parsePath(text: string): readonly PathStep[] {
  if (text.length > maxPath) throw new JsonError('TooComplex');
  const reader = createReader(text);
  reader.blank();
  reader.expect('$');
  const steps = parseSteps(reader, 0);
  reader.blank();
  if (!reader.ended()) throw reader.wrong();
  return steps;
}

type Reader = ReturnType<typeof createReader>;

function createReader(text: string) {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const reader = {
    match,
    blank: () => void match(/\s*/y),
    ended: () => at === text.length,
    wrong: () => new JsonError('NoPlace', at),
    take(token: string): boolean {
      if (!text.startsWith(token, at)) return false;
      at += token.length;
      return true;
    },
    expect(token: string): void {
      if (!reader.take(token)) throw reader.wrong();
    },
  };
  return reader;
}

function parseSteps(reader: Reader, depth: number): PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    if (reader.take('..')) {
      const selectors = reader.take('[') ? inBrackets(reader, depth) : [afterDot(reader)];
      steps.push({ deep: true, selectors });
    } else if (reader.take('.')) {
      steps.push({ deep: false, selectors: [afterDot(reader)] });
    } else if (reader.take('[')) {
      steps.push({ deep: false, selectors: inBrackets(reader, depth) });
    } else {
      return steps;
    }
  }
}

function afterDot(reader: Reader): Selector {
  if (reader.take('*')) return { kind: 'all' };
  const name = reader.match(/[\p{L}\p{N}_-]+/uy);
  if (name === undefined) throw reader.wrong();
  return { kind: 'name', name };
}

/** Everything up to the closing bracket: one selector or several between commas. */
function inBrackets(reader: Reader, depth: number): Selector[] {
  const selectors: Selector[] = [];
  do {
    reader.blank();
    selectors.push(inBracket(reader, depth));
    reader.blank();
  } while (reader.take(','));
  reader.expect(']');
  return selectors;
}

function inBracket(reader: Reader, depth: number): Selector {
  if (reader.take('*')) return { kind: 'all' };
  if (reader.take('?')) return { kind: 'filter', test: anyOf(reader, depth + 1) };
  const name = quoted(reader);
  if (name !== undefined) return { kind: 'name', name };
  const numbers = reader.match(/-?\d*(\s*:\s*-?\d*){0,2}/y) ?? '';
  const parts = numbers.split(':').map((part) => part.trim());
  const number = (part: string | undefined) => (part ? Number(part) : undefined);
  if (parts.length > 1) {
    return { kind: 'slice', start: number(parts[0]), end: number(parts[1]), step: number(parts[2]) ?? 1 };
  }
  const index = number(parts[0]);
  if (index === undefined || Number.isNaN(index)) throw reader.wrong();
  return { kind: 'index', index };
}

function quoted(reader: Reader): string | undefined {
  const text = reader.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy);
  return text?.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function anyOf(reader: Reader, depth: number): Test {
  let left = allOf(reader, depth);
  while (reader.take('||')) left = { kind: 'or', left, right: allOf(reader, depth) };
  return left;
}

function allOf(reader: Reader, depth: number): Test {
  let left = one(reader, depth);
  while (reader.take('&&')) left = { kind: 'and', left, right: one(reader, depth) };
  return left;
}

function one(reader: Reader, depth: number): Test {
  if (depth > maxNesting) throw new JsonError('TooDeep');
  reader.blank();
  if (reader.take('!')) return { kind: 'not', test: one(reader, depth + 1) };
  if (reader.take('(')) {
    const test = anyOf(reader, depth + 1);
    reader.expect(')');
    reader.blank();
    return test;
  }
  const left = operand(reader, depth);
  const op = reader.match(/==|!=|<=|>=|<|>/y) as Comparison | undefined;
  if (op === undefined) return { kind: 'exists', operand: left };
  return { kind: 'compare', op, left, right: operand(reader, depth) };
}

function operand(reader: Reader, depth: number): Operand {
  reader.blank();
  const read = (): Operand => {
    if (reader.take('@')) return { kind: 'path', from: '@', steps: parseSteps(reader, depth) };
    if (reader.take('$')) return { kind: 'path', from: '$', steps: parseSteps(reader, depth) };
    const text = quoted(reader);
    if (text !== undefined) return { kind: 'literal', value: text };
    const word = reader.match(/true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (word === undefined) throw reader.wrong();
    const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
    return { kind: 'literal', value: word in words ? (words[word] ?? null) : Number(word) };
  };
  const value = read();
  reader.blank();
  return value;
}
