import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { isTrue } from '../values/truth.ts';
import {
  type Any,
  type Dict,
  dict,
  isDict,
  isList,
  isObject,
  list,
  sortedNames,
  strings,
} from '../values/value.ts';
import { toText } from './convert.ts';
import { type FunctionTable, fn, type TemplateFunction } from './signature.ts';

const merge = (mode: 'keep' | 'overwrite'): TemplateFunction =>
  fn(['map', '...map'], ([first, ...others], { budget }) => {
    const target = first.nil && !others.every(({ nil }) => nil) ? dict() : first;
    for (const source of others) mergeInto(target, source, mode, budget);
    return target;
  });

const copy = fn(['any'], ([value], { budget }) => {
  if (value === null) throw new CallError('NilArgument');
  return deepCopy(value, budget);
});

/** Functions of maps; `set`, `unset` and the merges change their first map. */
export const dictFunctions: FunctionTable = {
  dict: fn(['...any'], (values, { budget }) => pairs(values, budget)),
  get: fn(['map', 'string'], ([{ entries }, name]) => (entries.has(name) ? entries.get(name) : '')),
  set: fn(['map', 'string', 'any'], ([target, name, value]) => {
    if (target.nil) throw new CallError('NilArgument');
    target.entries.set(name, value);
    return target;
  }),
  unset: fn(['map', 'string'], ([target, name]) => {
    target.entries.delete(name);
    return target;
  }),
  hasKey: fn(['map', 'string'], ([{ entries }, name]) => entries.has(name)),
  pluck: fn(['string', '...map'], ([name, ...maps]) =>
    list(maps.flatMap(({ entries }) => entries.get(name) ?? (entries.has(name) ? [null] : []))),
  ),
  keys: fn(['...map'], (maps, { budget }) => strings(maps.flatMap((map) => namesOf(map, budget)))),
  values: fn(['map'], ([map], { budget }) =>
    list(namesOf(map, budget).map((name) => map.entries.get(name) ?? null)),
  ),
  pick: fn(['map', '...string'], ([{ entries }, ...names]) =>
    dict(names.filter((name) => entries.has(name)).map((name) => [name, entries.get(name) ?? null] as const)),
  ),
  omit: fn(['map', '...string'], ([{ entries }, ...names], { budget }) => {
    budget.step(entries.size >> 1);
    const omitted = new Set(names);
    return dict([...entries].filter(([name]) => !omitted.has(name)));
  }),
  dig: fn(['...any'], (values) => dig(values)),
  merge: merge('keep'),
  mustMerge: merge('keep'),
  mergeOverwrite: merge('overwrite'),
  mustMergeOverwrite: merge('overwrite'),
  deepCopy: copy,
  mustDeepCopy: copy,
};

function namesOf(map: Dict, budget: Budget): ByteText[] {
  budget.step(map.entries.size >> 1);
  return sortedNames(map);
}

function pairs(values: readonly Any[], budget: Budget): Dict {
  const result = dict();
  for (let i = 0; i < values.length; i += 2)
    result.entries.set(
      toText(values[i] ?? null, budget),
      values.length > i + 1 ? (values[i + 1] ?? null) : '',
    );
  return result;
}

function dig(values: readonly Any[]): Any {
  const map = values.at(-1);
  const names = values.slice(0, -2).map((name) => {
    if (typeof name !== 'string') throw new CallError('ArgumentNot', { type: 'string' });
    return name;
  });
  if (names.length === 0) throw new CallError('TooFewForDig');
  let current: Any = map ?? null;
  for (const name of names) {
    if (!isDict(current) || current.element !== 'interface {}')
      throw new CallError('ArgumentNot', { type: 'map[string]interface {}' });
    if (!current.entries.has(name)) return values.at(-2) ?? null;
    current = current.entries.get(name) ?? null;
  }
  return current;
}

function mergeInto(target: Dict, source: Dict, mode: 'keep' | 'overwrite', budget: Budget): void {
  for (const [name, value] of [...source.entries]) {
    budget.step();
    const before = target.entries.get(name);
    if (target.element === 'string' && isList(value)) throw notAssignable();
    if (mergeNested(before, value, mode, budget)) continue;
    const wanted = before === undefined || !isTrue(before) ? value !== null : false;
    if (!wanted && mode === 'keep') continue;
    if (target.element === 'string' && source.element !== 'string') throw notAssignable();
    target.entries.set(name, value);
  }
}

/** Merges a map into a map in its place; false where it left nothing behind, or there are no two maps. */
function mergeNested(
  before: Any | undefined,
  value: Any,
  mode: 'keep' | 'overwrite',
  budget: Budget,
): boolean {
  if (before === undefined || !isDict(before) || !isDict(value)) return false;
  budget.nested(() => mergeInto(before, value, mode, budget));
  return before.entries.size > 0;
}

/** A map of strings takes values of no other map. */
const notAssignable = () => new CallError('ArgumentNot', { type: 'string' });

function deepCopy(value: Any, budget: Budget): Any {
  budget.step();
  if (!isObject(value) || value.kind === 'integer' || value.kind === 'instance') return value;
  return budget.nested(() =>
    value.kind === 'list'
      ? { ...value, items: value.items.map((item) => deepCopy(item, budget)) }
      : {
          ...value,
          entries: new Map([...value.entries].map(([name, item]) => [name, deepCopy(item, budget)])),
        },
  );
}
