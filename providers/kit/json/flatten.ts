import type { SecretMap } from '../provider.ts';
import { formatPlain } from './go-float.ts';
import { JsonError } from './json-error.ts';
import { serialize } from './serialize.ts';
import { type JsonDocument, type JsonMember, type JsonNode, rawSlice } from './tokenizer.ts';

const utf8 = new TextEncoder();

/**
 * The names of the top-level object with their values as bytes, by Rule A (spec providers 1.6): strings decoded, `null`
 * empty, everything else the raw slice. A document that is `null` has no names. Throws {@link JsonError} `NotAnObject`.
 */
export function flattenRaw(document: JsonDocument): SecretMap {
  return flatten(document, (node) => {
    if (node.kind === 'string') return utf8.encode(node.text);
    return node.kind === 'null' ? new Uint8Array() : rawSlice(document, node);
  });
}

/**
 * The same by Rule B (spec providers 1.6): as Go prints its generic values, so numbers are float64 in plain decimal and
 * objects and arrays compact, sorted and HTML-escaped. Throws {@link JsonError} `NotAnObject`.
 */
export function flattenDecoded(document: JsonDocument): SecretMap {
  return flatten(document, (node) => utf8.encode(printed(node)));
}

/**
 * The same with each value as Go would write it again in JSON, strings in their quotes: what ESO extracts from a key of a
 * Kubernetes Secret (spec providers 13.2). Throws {@link JsonError} `NotAnObject`.
 */
export function flattenEncoded(document: JsonDocument): SecretMap {
  return flatten(document, (node) =>
    utf8.encode(serialize(node, { names: 'sorted', html: 'plain', numbers: 'float64' })),
  );
}

function printed(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return node.text;
    case 'null':
      return '';
    case 'number': {
      const value = Number(node.text);
      // Beyond float64 ESO fails; the number as written serves users better.
      return Number.isFinite(value) ? formatPlain(value) : node.text;
    }
    default:
      return serialize(node, { names: 'sorted', html: 'escaped', numbers: 'float64' });
  }
}

function flatten(document: JsonDocument, convert: (node: JsonNode) => Uint8Array): SecretMap {
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') throw new JsonError('NotAnObject', root.start);
  const members: readonly JsonMember[] = root.kind === 'object' ? root.members : [];
  return new Map(members.map(({ name, value }) => [name, convert(value)]));
}
