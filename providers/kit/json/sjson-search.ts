import { type ByteText, toByteText } from './byte-text.ts';
import { matchesPattern } from './gjson-match.ts';
import { parseNamePart } from './gjson-path.ts';
import { JsonError } from './json-error.ts';
import type { JsonNode } from './tokenizer.ts';

const workLimit = 1 << 24;

/**
 * The first value in the document's order at a path of names, `*`, `?` and positions: where gjson would find it, as far as
 * it finds by these. Throws {@link JsonError} `TooComplex`.
 */
export function findFirst(root: JsonNode, path: ByteText): JsonNode | undefined {
  let left = workLimit;
  const spend = (steps: number) => {
    left -= steps;
    if (left < 0) throw new JsonError('TooComplex');
  };
  const find = (node: JsonNode, sought: ByteText): JsonNode | undefined => {
    const { name, wild, rest, pipe } = parseNamePart(sought);
    if (pipe !== undefined) return undefined;
    const inside = (value: JsonNode) => (rest === undefined ? value : find(value, rest));
    if (node.kind === 'array') {
      const item = /^[0-9]+$/.test(sought.slice(0, name.length)) ? node.items[Number(name)] : undefined;
      return item === undefined ? undefined : inside(item);
    }
    if (node.kind !== 'object') return undefined;
    for (const member of node.members) {
      const known = toByteText(member.name);
      spend(known.length + 1);
      if (!(wild ? matchesPattern(known, name, spend) : known === name)) continue;
      const found = inside(member.value);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(root, path);
}
