import { CallError } from '../errors.ts';
import { deepEqual } from '../values/equal.ts';
import { isTrue } from '../values/truth.ts';
import { kindName, typeName } from '../values/types.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Types of values, choices by emptiness, and giving up. */
export const reflectFunctions: FunctionTable = {
  typeOf: fn(['any'], ([value]) => typeName(value)),
  typeIs: fn(['string', 'any'], ([type, value]) => type === typeName(value)),
  typeIsLike: fn(
    ['string', 'any'],
    ([type, value]) => type === typeName(value) || `*${type}` === typeName(value),
  ),
  kindOf: fn(['any'], ([value]) => kindName(value)),
  kindIs: fn(['string', 'any'], ([kind, value]) => kind === kindName(value)),
  deepEqual: fn(['any', 'any'], ([a, b], { budget }) => deepEqual(a, b, budget)),
  default: fn(['any', '...any'], ([standard, given]) =>
    given !== undefined && isTrue(given) ? given : standard,
  ),
  empty: fn(['any'], ([value]) => !isTrue(value)),
  coalesce: fn(['...any'], (values) => values.find(isTrue) ?? null),
  all: fn(['...any'], (values) => values.every(isTrue)),
  any: fn(['...any'], (values) => values.some(isTrue)),
  fail: fn(['string'], () => {
    throw new CallError('Fail');
  }),
  ternary: fn(['any', 'any', 'bool'], ([yes, no, condition]) => (condition ? yes : no)),
};
