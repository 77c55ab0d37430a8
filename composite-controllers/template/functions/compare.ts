import { CallError } from '../errors.ts';
import { isTrue } from '../values/truth.ts';
import { kindName, typeName } from '../values/types.ts';
import { integerOf, isObject, type Value } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Comparisons and `not`; the engine itself has `and` and `or`, because they look at no more arguments than they need. */
export const compareFunctions: FunctionTable = {
  not: fn(['value'], ([value]) => !isTrue(value)),
  eq: fn(['value', '...value'], ([first, ...others]) => equalsAny(first, others)),
  ne: fn(['value', 'value'], ([a, b]) => !equalsAny(a, [b])),
  lt: fn(['value', 'value'], ([a, b]) => isLess(a, b)),
  le: fn(['value', 'value'], ([a, b]) => isLess(a, b) || equalsAny(a, [b])),
  gt: fn(['value', 'value'], ([a, b]) => !(isLess(a, b) || equalsAny(a, [b]))),
  ge: fn(['value', 'value'], ([a, b]) => !isLess(a, b)),
};

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string';

function basicKind(value: Value): BasicKind | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
  }
  if (!isObject(value) || value.kind !== 'integer') return undefined;
  return value.base.startsWith('u') ? 'uint' : 'int';
}

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new CallError('NoComparison');
  return others.some((other) => equals(first, other));
}

function equals(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  const [integerA, integerB] = [integerOf(a), integerOf(b)];
  if (integerA !== undefined && integerB !== undefined) return integerA === integerB;
  if (kindA !== kindB) {
    if (isNothing(a) || isNothing(b)) return false;
    throw incompatible(a, b);
  }
  return kindA === undefined ? equalComposites(a, b) : a === b;
}

function equalComposites(a: Value, b: Value): boolean {
  const [noneA, noneB] = [isNil(a), isNil(b)];
  const comparable = isNothing(a) || isNothing(b) || kindName(a) === kindName(b);
  if (!comparable) throw new CallError('NotComparable', { type: typeName(a) });
  if (noneA || noneB) return noneA === noneB;
  if (!isObject(a) || !isObject(b) || b.kind !== 'instance' || a.kind !== 'instance')
    throw new CallError('NotComparable', { type: typeName(b) });
  if (a.base === 'ptr') return a === b;
  return a.type === b.type && a.text === b.text && sameFields(a.fields, b.fields);
}

function sameFields(a: Readonly<Record<string, Value>>, b: Readonly<Record<string, Value>>): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === value);
}

const isNothing = (value: Value) => value === undefined || value === null;

function isNil(value: Value): boolean {
  return isNothing(value) || (isObject(value) && 'nil' in value && value.nil === true);
}

function isLess(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA === undefined || kindB === undefined) throw new CallError('BadComparison');
  const [integerA, integerB] = [integerOf(a), integerOf(b)];
  if (integerA !== undefined && integerB !== undefined) return integerA < integerB;
  if (kindA !== kindB) throw incompatible(a, b);
  if (kindA === 'bool') throw new CallError('BadComparison');
  // Both are strings of bytes, or both are floats.
  return (a as number) < (b as number);
}

function incompatible(a: Value, b: Value): CallError {
  return new CallError('Incompatible', { type: typeName(a), got: typeName(b) });
}
