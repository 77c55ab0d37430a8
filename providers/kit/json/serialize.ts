import { compareUtf8 } from './byte-text.ts';
import { formatJson } from './go-float.ts';
import type { JsonMember, JsonNode } from './tokenizer.ts';

/** How Go's encoding/json would have written the value. */
export interface JsonStyle {
  /** `sorted` also keeps only the last of equal names, as a Go map does. */
  readonly names: 'sorted' | 'document';
  /** `escaped` writes `<`, `>` and `&` as `\u003c`, `\u003e`, `\u0026`. U+2028 and U+2029 are escaped in either case. */
  readonly html: 'escaped' | 'plain';
  /** `float64` rounds as a decoder into Go's generic values does; what float64 cannot hold stays as written. */
  readonly numbers: 'text' | 'float64';
}

/** The value as compact JSON. */
export function serialize(node: JsonNode, style: JsonStyle): string {
  switch (node.kind) {
    case 'string':
      return quoteJson(node.text, style.html);
    case 'number': {
      const value = Number(node.text);
      return style.numbers === 'float64' && Number.isFinite(value) ? formatJson(value) : node.text;
    }
    case 'boolean':
      return String(node.value);
    case 'null':
      return 'null';
    case 'array':
      return `[${node.items.map((item) => serialize(item, style)).join(',')}]`;
    case 'object': {
      const members = style.names === 'sorted' ? sortedMembers(node.members) : node.members;
      const parts = members.map(
        ({ name, value }) => `${quoteJson(name, style.html)}:${serialize(value, style)}`,
      );
      return `{${parts.join(',')}}`;
    }
  }
}

/** The members sorted by the bytes of their names, only the last of equal names. */
export function sortedMembers(members: readonly JsonMember[]): JsonMember[] {
  const last = new Map(members.map((member) => [member.name, member]));
  return [...last.values()].sort((a, b) => compareUtf8(a.name, b.name));
}

/** An object of strings as compact JSON with sorted names, as Go writes a `map[string]string`. */
export function serializeStrings(entries: ReadonlyMap<string, string>, html: JsonStyle['html']): string {
  const names = [...entries.keys()].sort(compareUtf8);
  return `{${names.map((name) => `${quoteJson(name, html)}:${quoteJson(entries.get(name) ?? '', html)}`).join(',')}}`;
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

/** The text as a JSON string, escaped as Go does; half a surrogate pair becomes U+FFFD. */
export function quoteJson(text: string, html: JsonStyle['html']): string {
  const escapes =
    html === 'escaped'
      ? // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON escapes
        /["\\<>&\u0000-\u001f\u2028\u2029]/g
      : // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
        /["\\\u0000-\u001f\u2028\u2029]/g;
  const escaped = (char: string) =>
    shortEscapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${text.toWellFormed().replace(escapes, escaped)}"`;
}
