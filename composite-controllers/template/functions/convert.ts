import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { parseFloat64, parseInteger } from '../values/go-number.ts';
import { display } from '../values/print.ts';
import { type Any, integerOf, isList, isObject } from '../values/value.ts';

const smallest = -(2n ** 63n);

/** The value as int64 by the rules of Go's cast library: what cannot be converted is 0. */
export function toInt64(value: Any): bigint {
  const integer = integerOf(value);
  if (integer !== undefined) return BigInt.asIntN(64, integer);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return truncate(value);
  if (typeof value !== 'string') return 0n;
  const parsed = parseInteger(withoutFraction(value)) ?? 0n;
  return parsed === BigInt.asIntN(64, parsed) ? parsed : 0n;
}

/** As the processor does: what int64 cannot hold is its smallest value. */
function truncate(value: number): bigint {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : smallest;
}

function withoutFraction(text: ByteText): ByteText {
  const [whole, before = ''] = /^([-+]?[0-9]*)\.[0-9]*$/.exec(text) ?? [];
  if (whole === undefined) return text;
  return before === '' || before === '-' || before === '+' ? `${before}0` : before;
}

/** Longer texts are no numbers here. */
export const maxDigits = 1000;

const largest = 2n ** 63n - 1n;

/**
 * What Go's `ParseInt(text, 10, 64)` returns beside its error: 0 where the text is no integer, and the nearest int64 where it is out
 * of range. Digits that no uint64 holds are out of range whatever stands behind them.
 */
export function parseDecimal(text: ByteText): bigint {
  const [, sign, digits = '', rest] = /^([+-]?)([0-9]{1,1000})(.*)$/s.exec(text) ?? [];
  const magnitude = BigInt(digits);
  if (rest !== '' && magnitude < 2n ** 64n) return 0n;
  if (sign === '-') return magnitude > largest ? smallest : -magnitude;
  return magnitude > largest ? largest : magnitude;
}

/** The value as float64 by the rules of Go's cast library: what cannot be converted is 0. */
export function toFloat64(value: Any): number {
  const integer = integerOf(value);
  if (integer !== undefined) return Number(integer);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (parseFloat64(value) ?? 0) : 0;
}

/** The value as text: `%v`, for a string itself. */
export function toText(value: Any, budget: Budget): ByteText {
  return display(value, budget);
}

/** The value as a list of texts, without nils: a list's items, or the value alone. */
export function toTexts(value: Any, budget: Budget): ByteText[] {
  if (isList(value)) budget.step(value.items.length >> 4);
  if (isList(value) && value.element === 'string') return value.items as ByteText[];
  const items = isList(value) ? value.items : [value];
  return items.filter((item) => item !== null).map((item) => toText(item, budget));
}

/** A count or position as a JavaScript number; beyond what any text can have it is cut. */
export function toIndex(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}

/** Whether the value is an instance of the Go type. */
export function isInstance(value: Any, type: string): boolean {
  return isObject(value) && value.kind === 'instance' && value.type === type;
}
