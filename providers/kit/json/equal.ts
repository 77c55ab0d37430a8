import { sortedMembers } from './serialize.ts';
import type { JsonNode } from './tokenizer.ts';

/** Whether two values mean the same: the order of names does not count, nor how a float64 is spelled. */
export function equalJson(a: JsonNode, b: JsonNode): boolean {
  if (a.kind === 'object' && b.kind === 'object') {
    const [left, right] = [sortedMembers(a.members), sortedMembers(b.members)];
    return (
      left.length === right.length &&
      left.every(({ name, value }, index) => {
        const other = right[index];
        return other !== undefined && other.name === name && equalJson(value, other.value);
      })
    );
  }
  if (a.kind === 'array' && b.kind === 'array') {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => {
        const other = b.items[index];
        return other !== undefined && equalJson(item, other);
      })
    );
  }
  if (a.kind === 'number' && b.kind === 'number')
    return a.text === b.text || Number(a.text) === Number(b.text);
  if (a.kind === 'string' && b.kind === 'string') return a.text === b.text;
  if (a.kind === 'boolean' && b.kind === 'boolean') return a.value === b.value;
  return a.kind === 'null' && b.kind === 'null';
}
