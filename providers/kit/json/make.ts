import type { JsonMember, JsonNode } from './tokenizer.ts';

const nowhere = { start: 0, end: 0 } as const;

/** A JSON string that stands in no document, for {@link serialize}. */
export function textNode(text: string): JsonNode {
  return { kind: 'string', text, ...nowhere };
}

/** A JSON object of these members. */
export function objectNode(members: Iterable<readonly [name: string, value: JsonNode]>): JsonNode {
  return { kind: 'object', members: [...members].map(([name, value]) => ({ name, value })), ...nowhere };
}

/** A JSON array of these items. */
export function arrayNode(items: readonly JsonNode[]): JsonNode {
  return { kind: 'array', items, ...nowhere };
}

/** The object with these members set, and the others as they are; undefined leaves a member alone. */
export function withMembers(
  object: JsonNode | undefined,
  set: Readonly<Record<string, JsonNode | undefined>>,
): JsonNode {
  const others: readonly JsonMember[] = object?.kind === 'object' ? object.members : [];
  const given = Object.entries(set).filter((entry): entry is [string, JsonNode] => entry[1] !== undefined);
  const kept = others.filter(({ name }) => !given.some(([set]) => set === name));
  return objectNode([...kept.map(({ name, value }) => [name, value] as const), ...given]);
}

/** The items of an array; none of anything else. */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}
