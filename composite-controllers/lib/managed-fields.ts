import type { ManagedFields } from './objects.ts';
import { applier, type Writer } from './owned-fields.ts';

type Fields = Record<string, unknown>;

/**
 * The entries with those of the `former` writers moved to one that the `heir` applies: what they own is the heir's, and
 * goes when the heir no longer states it; `also` what it gets besides. Undefined when there is nothing to move. One entry comes out, whatever goes in:
 * of two with the same manager and operation the API server keeps the last alone.
 */
export function handOver(
  entries: readonly ManagedFields[],
  former: Writer,
  heir: string,
  also: Fields = {},
): ManagedFields[] | undefined {
  const isHeirs = applier(heir);
  if (!entries.some((entry) => former(entry) && !isHeirs(entry))) return undefined;
  const [moving, staying] = [
    entries.filter((entry) => former(entry) || isHeirs(entry)),
    entries.filter((entry) => !former(entry) && !isHeirs(entry)),
  ];
  const times = moving.flatMap(({ time }) => (time === undefined ? [] : [time])).sort();
  const heirs: ManagedFields = {
    manager: heir,
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: moving.reduce<Fields>((all, { fieldsV1 = {} }) => united(all, fieldsV1), also),
    ...(times.length === 0 ? {} : { time: times.at(-1)! }),
  };
  return [...staying, heirs];
}

/** FieldsV1 is a tree; a set of fields is the union of two when its tree is. */
function united(a: Fields, b: Fields): Fields {
  const all = new Map(Object.entries(a));
  for (const [name, value] of Object.entries(b)) {
    all.set(name, united((all.get(name) ?? {}) as Fields, value as Fields));
  }
  return Object.fromEntries(all);
}
