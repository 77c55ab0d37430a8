/** A JSON value that still knows its duplicate names and where it stood in the text. */
export type JsonNode =
  | {
      readonly kind: 'object';
      readonly members: readonly (readonly [string, JsonNode])[];
      readonly text: string;
    }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly text: string }
  | { readonly kind: 'string' | 'number' | 'bool' | 'null'; readonly value: unknown; readonly text: string };

/** Thrown by {@link parseJson}, with the message of Go's decoder, which users of Metacontroller see in Events. */
export class JsonSyntaxError extends Error {}

const whitespace = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const deepest = 10_000;

/** Parses one JSON text, keeping duplicate names in order; throws {@link JsonSyntaxError}. */
export function parseJson(text: string): JsonNode {
  let at = 0;

  function fail(where: string): never {
    if (at >= text.length) throw new JsonSyntaxError('unexpected end of JSON input');
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    const quoted = character === "'" ? `'\\''` : `'${character}'`;
    throw new JsonSyntaxError(`invalid character ${quoted} ${where}`);
  }

  function skip(): void {
    whitespace.lastIndex = at;
    whitespace.test(text);
    at = whitespace.lastIndex;
  }

  function accept(character: string): boolean {
    skip();
    if (text[at] !== character) return false;
    at++;
    return true;
  }

  function literal(word: string, value: unknown, kind: 'bool' | 'null'): JsonNode {
    for (let index = 0; index < word.length; index++, at++) {
      if (text[at] !== word[index]) fail(`in literal ${word} (expecting '${word[index]}')`);
    }
    return { kind, value, text: word };
  }

  function string(): string {
    const start = at++;
    for (; text[at] !== '"'; at++) {
      if (at >= text.length || (text[at] as string) < ' ') fail('in string literal');
      if (text[at] !== '\\') continue;
      at++;
      if (!'"\\/bfnrtu'.includes(text[at] ?? ' ')) fail('in string escape code');
      if (text[at] !== 'u') continue;
      for (let digit = 0; digit < 4; digit++) {
        at++;
        if (!/[0-9a-fA-F]/.test(text[at] ?? '')) fail('in \\u hexadecimal character escape');
      }
    }
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  }

  function numeric(): JsonNode {
    number.lastIndex = at;
    const match = number.exec(text)?.[0];
    if (match === undefined) {
      at++;
      fail('in numeric literal');
    }
    at += match.length;
    return { kind: 'number', value: Number(match), text: match };
  }

  function object(depth: number): JsonNode {
    const start = at++;
    const members: [string, JsonNode][] = [];
    if (!accept('}')) {
      do {
        skip();
        if (text[at] !== '"') fail('looking for beginning of object key string');
        const name = string();
        if (!accept(':')) fail('after object key');
        members.push([name, value(depth + 1)]);
      } while (accept(','));
      if (!accept('}')) fail('after object key:value pair');
    }
    return { kind: 'object', members, text: text.slice(start, at) };
  }

  function array(depth: number): JsonNode {
    const start = at++;
    const items: JsonNode[] = [];
    if (!accept(']')) {
      do items.push(value(depth + 1));
      while (accept(','));
      if (!accept(']')) fail('after array element');
    }
    return { kind: 'array', items, text: text.slice(start, at) };
  }

  function value(depth: number): JsonNode {
    if (depth > deepest) throw new JsonSyntaxError('exceeded max depth');
    skip();
    const first = text[at] ?? '';
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') {
      const start = at;
      return { kind: 'string', value: string(), text: text.slice(start, at) };
    }
    if (first === 't') return literal('true', true, 'bool');
    if (first === 'f') return literal('false', false, 'bool');
    if (first === 'n') return literal('null', null, 'null');
    if (first === '-' || (first >= '0' && first <= '9')) return numeric();
    return fail('looking for beginning of value');
  }

  const root = value(1);
  skip();
  if (at < text.length) fail('after top-level value');
  return root;
}

/** The plain value of a node; of duplicate names the last wins. */
export function plainValue(node: JsonNode): unknown {
  if (node.kind === 'array') return node.items.map(plainValue);
  if (node.kind !== 'object') return node.value;
  return Object.fromEntries(node.members.map(([name, member]) => [name, plainValue(member)]));
}
