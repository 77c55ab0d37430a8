import type { Write } from './conversation.ts';

const volatile = ['managedFields', 'resourceVersion', 'creationTimestamp'];

/** A copy without what differs from run to run; `parentOut` names what also goes from a request's parent. */
export function clean(value: unknown, parentOut: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => clean(item, parentOut));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([name]) => !volatile.includes(name))
    .map(([name, inner]): [string, unknown] => {
      if (name === 'deletionTimestamp') return [name, 'a time'];
      if (name !== 'parent') return [name, clean(inner, parentOut)];
      const kept = Object.entries(inner as object).filter(([field]) => !parentOut.includes(field));
      return [name, clean(Object.fromEntries(kept), parentOut)];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

const goStruct = /: &v1alpha1\.RelatedResourceRule\{.*?\]string\{.*?\}\}/g;

export function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/**
 * Metacontroller works on the children of one pass in the random order of a Go map: neighbours of one verb are sorted.
 * "Created" counts as "done".
 */
export function inFixedOrder(writes: readonly Write[]): Write[] {
  return writes
    .map((write) => ({ write, run: 0 }))
    .map((entry, index, all) => {
      const before = all[index - 1];
      entry.run = before === undefined ? 0 : before.run + (before.write.verb === entry.write.verb ? 0 : 1);
      return entry;
    })
    .sort((a, b) => a.run - b.run || (a.write.target < b.write.target ? -1 : 1))
    .map(({ write: { status, ...write } }) => ({ ...write, status: status === 201 ? 200 : status }));
}

/** Numbers the uids in the order in which they appear, and hides the port of the hook and Go's pointers. */
export function anonymous<T>(value: T, hookUrl: string): T {
  const numbers = new Map<string, string>();
  const text = JSON.stringify(value).replaceAll(hookUrl, 'http://hook').replaceAll(goStruct, '');
  const uid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
  return JSON.parse(
    text.replace(uid, (found) => {
      const name = numbers.get(found) ?? `uid-${numbers.size + 1}`;
      numbers.set(found, name);
      return name;
    }),
  ) as T;
}
