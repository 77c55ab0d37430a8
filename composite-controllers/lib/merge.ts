import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import { JsonError } from '../../providers/kit/json/json-error.ts';
import { serialize } from '../../providers/kit/json/serialize.ts';
import { type JsonMember, type JsonNode, parseJson } from '../../providers/kit/json/tokenizer.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError } from './errors.ts';

/** `rewrite[].merge`. */
export interface MergeOperation {
  readonly into?: string;
  readonly priority?: readonly string[];
  /** `Strict` unless `IgnoreNotFound`. */
  readonly priorityPolicy?: string;
  /** `Error` unless `Ignore`. */
  readonly conflictPolicy?: string;
  /** `Extract` unless `JSON`. */
  readonly strategy?: string;
}

const utf8 = new TextEncoder();

/**
 * The values, JSON objects all, merged into one (spec core 0.7): its fields as the new map, or under the key `into`
 * beside the old ones. Later keys win: first the others in sorted order, then those of `priority` as listed. Numbers
 * stay as written, where ESO rounds them to float64. Throws {@link ValueError} `MergeKeyMissing`, `MergeNotAnObject`,
 * `MergeConflict` or `MergeIntoMissing`.
 */
export function mergeValues(map: SecretMap, operation: MergeOperation): SecretMap {
  const { into, strategy, conflictPolicy } = operation;
  const { fields, conflicts } = merged(map, operation);
  if (conflictPolicy !== 'Ignore' && conflicts.size > 0) {
    throw new ValueError('MergeConflict', { keys: [...conflicts].sort(compareUtf8).join(', ') });
  }
  if (strategy !== 'JSON')
    return new Map([...fields].map(([name, value]) => [name, utf8.encode(printed(value))]));
  if (!into) throw new ValueError('MergeIntoMissing');
  const members = [...fields].map(([name, value]): JsonMember => ({ name, value }));
  const object: JsonNode = { kind: 'object', start: 0, end: 0, members };
  const json = serialize(object, { names: 'sorted', html: 'plain', numbers: 'text' });
  return new Map(map).set(into, utf8.encode(json));
}

function merged(map: SecretMap, operation: MergeOperation) {
  const fields = new Map<string, JsonNode>();
  const conflicts = new Set<string>();
  for (const key of visitingOrder(map, operation)) {
    if (!map.has(key)) {
      if (operation.priorityPolicy === 'IgnoreNotFound') continue;
      throw new ValueError('MergeKeyMissing', { key });
    }
    // A name that occurs twice in one object is no conflict; its last value counts.
    for (const [name, value] of new Map(membersOf(map, key).map((member) => [member.name, member.value]))) {
      if (fields.has(name)) conflicts.add(name);
      fields.set(name, value);
    }
  }
  return { fields, conflicts };
}

function visitingOrder(map: SecretMap, { priority = [] }: MergeOperation): string[] {
  const others = [...map.keys()].filter((key) => !priority.includes(key)).sort(compareUtf8);
  return [...others, ...priority];
}

function membersOf(map: SecretMap, key: string): readonly JsonMember[] {
  const root = parsed(map.get(key) ?? new Uint8Array(), key);
  if (root.kind === 'object') return root.members;
  if (root.kind === 'null') return [];
  throw new ValueError('MergeNotAnObject', { key });
}

function parsed(value: Uint8Array, key: string): JsonNode {
  try {
    return parseJson(value).root;
  } catch (error) {
    throw error instanceof JsonError ? new ValueError('MergeNotAnObject', { key }) : error;
  }
}

function printed(node: JsonNode): string {
  if (node.kind === 'string' || node.kind === 'number') return node.text;
  return node.kind === 'null' ? '' : serialize(node, { names: 'sorted', html: 'escaped', numbers: 'text' });
}
