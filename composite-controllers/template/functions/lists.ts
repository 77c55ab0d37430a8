import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { deepEqual } from '../values/equal.ts';
import { isTrue } from '../values/truth.ts';
import { kindName } from '../values/types.ts';
import { type Any, isList, type List, list, nilList, strings, type Value } from '../values/value.ts';
import { toIndex, toInt64, toText, toTexts } from './convert.ts';
import { type FunctionTable, fn, type TemplateFunction } from './signature.ts';

/** Functions of lists; those that change one make a new one, except sorting a list of strings. */
export const listFunctions: FunctionTable = {
  list: fn(['...any'], (items) => list([...items])),
  tuple: fn(['...any'], (items) => list([...items])),
  ...withMust(
    'append',
    fn(['any', 'any'], ([value, item], { budget }) =>
      list([...itemsOf(value, 'push on', budget).items, item]),
    ),
  ),
  ...withMust(
    'push',
    fn(['any', 'any'], ([value, item], { budget }) =>
      list([...itemsOf(value, 'push on', budget).items, item]),
    ),
  ),
  ...withMust(
    'prepend',
    fn(['any', 'any'], ([value, item], { budget }) =>
      list([item, ...itemsOf(value, 'prepend on', budget).items]),
    ),
  ),
  ...withMust(
    'first',
    fn(['any'], ([value]) => listOf(value, 'find first on').items[0] ?? null),
  ),
  ...withMust(
    'last',
    fn(['any'], ([value]) => listOf(value, 'find last on').items.at(-1) ?? null),
  ),
  ...withMust(
    'rest',
    fn(['any'], ([value], { budget }) => withoutOne(itemsOf(value, 'find rest on', budget), 1, undefined)),
  ),
  ...withMust(
    'initial',
    fn(['any'], ([value], { budget }) => withoutOne(itemsOf(value, 'find initial on', budget), 0, -1)),
  ),
  ...withMust(
    'reverse',
    fn(['any'], ([value], { budget }) => list(itemsOf(value, 'find reverse on', budget).items.toReversed())),
  ),
  ...withMust(
    'compact',
    fn(['any'], ([value], { budget }) => list(itemsOf(value, 'compact on', budget).items.filter(isTrue))),
  ),
  ...withMust(
    'uniq',
    fn(['any'], ([value], { budget }) => list(unique(itemsOf(value, 'find uniq on', budget).items, budget))),
  ),
  ...withMust(
    'without',
    fn(['any', '...any'], ([value, ...omitted], { budget }) =>
      list(itemsOf(value, 'find without on', budget).items.filter((item) => !holds(omitted, item, budget))),
    ),
  ),
  ...withMust(
    'has',
    fn(['any', 'any'], ([needle, value], { budget }) =>
      value === null ? false : holds(itemsOf(value, 'find has on', budget).items, needle, budget),
    ),
  ),
  ...withMust(
    'slice',
    fn(['any', '...any'], ([value, ...indexes], { budget }) => slice(value, indexes, budget)),
  ),
  ...withMust(
    'chunk',
    fn(['int', 'any'], ([size, value], { budget }) =>
      chunk(toIndex(size), itemsOf(value, 'chunk', budget).items),
    ),
  ),
  concat: fn(['...any'], (lists, { budget }) => concat(lists, budget)),
  sortAlpha: fn(['any'], ([value], { budget }) => {
    if (!isList(value)) return strings([toText(value, budget)]);
    budget.step(value.items.length);
    // A list of strings is sorted where it stands, as in Go.
    return strings(toTexts(value, budget).sort());
  }),
};

/** The function under its name and under `mustName`: an error of either stops a template. */
function withMust(name: string, callee: TemplateFunction): FunctionTable {
  return { [name]: callee, [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`]: callee };
}

function listOf(value: Any, verb: string): List {
  if (value === null) throw new CallError('NilArgument');
  if (!isList(value)) throw new CallError('KindNot', { verb, type: kindName(value) });
  return value;
}

/** A list whose items are about to be copied. */
function itemsOf(value: Any, verb: string, budget: Budget): List {
  const found = listOf(value, verb);
  budget.step(found.items.length >> 4);
  return found;
}

function withoutOne({ items }: List, start: number, end: number | undefined): List {
  return items.length === 0 ? nilList('interface {}') : list(items.slice(start, end));
}

function holds(items: readonly Any[], needle: Any, budget: Budget): boolean {
  return items.some((item) => deepEqual(needle, item, budget));
}

function unique(items: readonly Any[], budget: Budget): Any[] {
  const found: Any[] = [];
  for (const item of items) if (!holds(found, item, budget)) found.push(item);
  return found;
}

function slice(value: Any, indexes: readonly Any[], budget: Budget): Value {
  if (value === null) throw new CallError('NilArgument');
  if (!isList(value)) throw new CallError('NotAList', { type: kindName(value) });
  const { items, element } = value;
  if (items.length === 0) return null;
  const [first, second] = indexes;
  const start = first === undefined ? 0 : toIndex(toInt64(first));
  const end = second === undefined ? items.length : toIndex(toInt64(second));
  if (start < 0 || end < start || end > items.length) throw new CallError('OutOfRange');
  budget.step((end - start) >> 4);
  return { kind: 'list', element, items: items.slice(start, end) };
}

function chunk(size: number, items: readonly Any[]): List {
  if (size < 1) throw new CallError('OutOfRange');
  const chunks: List[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(list(items.slice(at, at + size)));
  return { kind: 'list', element: '[]interface {}', items: chunks };
}

function concat(lists: readonly Any[], budget: Budget): List {
  const items = lists.flatMap((value) => {
    if (value === null) throw new CallError('NilArgument');
    if (!isList(value)) throw new CallError('ConcatOf', { type: kindName(value) });
    budget.step(value.items.length >> 4);
    return value.items;
  });
  return items.length === 0 ? nilList('interface {}') : list(items);
}
