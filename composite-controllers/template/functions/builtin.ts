import { CallError } from '../errors.ts';
import { displayAll } from '../values/print.ts';
import { sprintf } from '../values/printf.ts';
import { typeName } from '../values/types.ts';
import { integerOf, isDict, isList, type Value } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';

/** What the language itself defines besides comparisons and escaping. */
export const builtinFunctions: FunctionTable = {
  call: fn(['value', '...value'], ([callee]) => {
    // No value that a template can get at is a function.
    throw callee === undefined || callee === null
      ? new CallError('CallOfNil')
      : new CallError('CallOfValue', { type: typeName(callee) });
  }),
  index: fn(['value', '...value'], ([item, ...indexes]) => {
    if (item === undefined || item === null) throw new CallError('IndexOfNil', { verb: 'index' });
    return indexes.reduce(indexOne, item);
  }),
  len: fn(['value'], ([item]) => BigInt(length(item))),
  print: fn(['...any'], (args, { budget }) => displayAll(args, budget)),
  printf: fn(['string', '...any'], ([format, ...args], { budget }) => sprintf(format, args, budget)),
  println: fn(
    ['...any'],
    (args, { budget }) => `${args.map((arg) => displayAll([arg], budget)).join(' ')}\n`,
  ),
};

function length(item: Value): number {
  if (typeof item === 'string') return item.length;
  if (isList(item)) return item.items.length;
  if (isDict(item)) return item.entries.size;
  if (item === undefined) throw new CallError('LenOfNothing');
  throw item === null ? new CallError('LenOfNil') : new CallError('LenOfType', { type: typeName(item) });
}

function indexOne(item: Value, index: Value): Value {
  if (item === undefined || item === null) throw new CallError('IndexOfNilPointer');
  if (typeof item === 'string')
    return {
      kind: 'integer',
      type: 'uint8',
      base: 'uint8',
      value: BigInt(item.charCodeAt(position(index, item.length))),
    };
  if (isList(item)) return item.items[position(index, item.items.length)];
  if (!isDict(item)) throw new CallError('CannotIndex', { verb: 'index', type: typeName(item) });
  if (index === undefined || index === null) throw new CallError('KeyNil');
  if (typeof index !== 'string') throw new CallError('KeyType', { type: typeName(index) });
  return item.entries.get(index) ?? (item.element === 'string' ? '' : null);
}

function position(index: Value, size: number): number {
  const value = integerOf(index);
  if (index === undefined || index === null) throw new CallError('IndexTypeNil');
  if (value === undefined) throw new CallError('IndexType', { type: typeName(index) });
  if (value < 0n || value >= size) throw new CallError('IndexRange');
  return Number(value);
}
