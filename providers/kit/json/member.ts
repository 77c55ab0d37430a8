import type { JsonNode } from './tokenizer.ts';

/** A member of a JSON object; undefined when there is none, or no object. The last of equal names, as Go's decoder reads it. */
export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.findLast((entry) => entry.name === name)?.value : undefined;
}

/** The text of a JSON string; undefined for anything else. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.text : undefined;
}
