import { JsonError } from './json-error.ts';
import { type JsonNode, parseJson } from './tokenizer.ts';

/** The object that a whole text is; undefined when it is something else, or no JSON. */
export function objectIn(text: Uint8Array | string): JsonNode | undefined {
  try {
    const { root } = parseJson(text);
    return root.kind === 'object' ? root : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** A member of a JSON object; undefined when there is none, or no object. The last of equal names, as Go's decoder reads it. */
export function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.findLast((entry) => entry.name === name)?.value : undefined;
}

/** The text of a JSON string; undefined for anything else. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.text : undefined;
}
