import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { display } from '../values/print.ts';
import { type Any, int64, type List } from '../values/value.ts';
import { maxDigits, parseDecimal, toFloat64, toIndex, toInt64 } from './convert.ts';
import { add, type Decimal, divide, fromFloat, multiply, subtract, toFloat } from './decimal.ts';
import { randomBelow } from './random.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Arithmetic on int64 that wraps around, on floats by way of decimals, and series of integers. */
export const mathFunctions: FunctionTable = {
  atoi: fn(['string'], ([text]) => parseDecimal(text)),
  int: fn(['any'], ([value]) => toInt64(value)),
  int64: fn(['any'], ([value]) => int64(toInt64(value))),
  float64: fn(['any'], ([value]) => toFloat64(value)),
  toDecimal: fn(['any'], ([value], { budget }) => int64(octal(display(value, budget)))),
  add1: fn(['any'], ([value]) => int64(toInt64(value) + 1n)),
  add: fn(['...any'], (values) => int64(values.reduce((sum: bigint, value) => sum + toInt64(value), 0n))),
  sub: fn(['any', 'any'], ([a, b]) => int64(toInt64(a) - toInt64(b))),
  mul: fn(['any', '...any'], ([first, ...others]) =>
    int64(
      others.reduce((product: bigint, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first)),
    ),
  ),
  div: fn(['any', 'any'], ([a, b]) => int64(toInt64(a) / divisor(b))),
  mod: fn(['any', 'any'], ([a, b]) => int64(toInt64(a) % divisor(b))),
  randInt: fn(['int', 'int'], ([low, high], { environment }) => {
    if (high <= low) throw new CallError('OutOfRange');
    return BigInt.asIntN(64, low + randomBelow(high - low, environment));
  }),
  add1f: fn(['any'], ([value]) => decimals(value, [1n], add)),
  addf: fn(['...any'], (values) => decimals(0, values, add)),
  subf: fn(['any', '...any'], ([first, ...others]) => decimals(first, others, subtract)),
  mulf: fn(['any', '...any'], ([first, ...others]) => decimals(first, others, multiply)),
  divf: fn(['any', '...any'], ([first, ...others]) => decimals(first, others, divide)),
  biggest: fn(['any', '...any'], ([first, ...others]) => int64(extreme(first, others, (a, b) => b > a))),
  max: fn(['any', '...any'], ([first, ...others]) => int64(extreme(first, others, (a, b) => b > a))),
  min: fn(['any', '...any'], ([first, ...others]) => int64(extreme(first, others, (a, b) => b < a))),
  maxf: fn(['any', '...any'], ([first, ...others]) =>
    others.map(toFloat64).reduce(largest, toFloat64(first)),
  ),
  minf: fn(['any', '...any'], ([first, ...others]) =>
    others.map(toFloat64).reduce((a, b) => -largest(-a, -b), toFloat64(first)),
  ),
  ceil: fn(['any'], ([value]) => Math.ceil(toFloat64(value))),
  floor: fn(['any'], ([value]) => Math.floor(toFloat64(value))),
  round: fn(['any', 'int', '...float64'], ([value, places, from = 0.5]) =>
    round(toFloat64(value), places, from),
  ),
  until: fn(['int'], ([count], { budget }) => ints(steps(0n, count, count < 0n ? -1n : 1n, budget))),
  untilStep: fn(['int', 'int', 'int'], ([start, stop, step], { budget }) =>
    ints(steps(start, stop, step, budget)),
  ),
  seq: fn(['...int'], (parameters, { budget }) => sequence(parameters, budget).join(' ')),
};

function octal(text: string): bigint {
  const [whole, sign, digits = ''] = /^([+-]?)([0-7]+)$/.exec(text) ?? [];
  if (whole === undefined || text.length > maxDigits) return 0n;
  const value = sign === '-' ? -BigInt(`0o${digits}`) : BigInt(`0o${digits}`);
  return value === BigInt.asIntN(64, value) ? value : 0n;
}

function divisor(value: Any): bigint {
  const integer = toInt64(value);
  if (integer === 0n) throw new CallError('DivideByZero');
  return integer;
}

function decimals(
  first: Any,
  others: readonly Any[],
  operation: (a: Decimal, b: Decimal) => Decimal,
): number {
  return toFloat(
    others.map((value) => fromFloat(toFloat64(value))).reduce(operation, fromFloat(toFloat64(first))),
  );
}

function extreme(first: Any, others: readonly Any[], better: (a: bigint, b: bigint) => boolean): bigint {
  return others.map(toInt64).reduce((best, value) => (better(best, value) ? value : best), toInt64(first));
}

/** Infinity wins over NaN, as in Go. */
function largest(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(a, b);
}

function round(value: number, places: bigint, from: number): number {
  const power = powerOfTen(places);
  const scaled = power * value;
  const rest = scaled - Math.trunc(scaled);
  return (rest >= from ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

/** 10 to an integer, with the roundings of Go's math.Pow: squares of a mantissa between one half and one. */
function powerOfTen(exponent: bigint): number {
  let [mantissa, shift] = [1, 0];
  let [square, squareShift] = [0.625, 4];
  for (let left = exponent < 0n ? -exponent : exponent; left !== 0n; left >>= 1n) {
    if (squareShift > 4096) {
      shift += squareShift;
      break;
    }
    if (left & 1n) {
      mantissa *= square;
      shift += squareShift;
    }
    square *= square;
    squareShift *= 2;
    if (square < 0.5) {
      square *= 2;
      squareShift--;
    }
  }
  if (exponent < 0n) [mantissa, shift] = [1 / mantissa, -shift];
  // In steps, because 2 to the whole shift may be out of range where the result is not.
  while (shift < -1000) {
    mantissa *= 2 ** -500;
    shift += 500;
    if (mantissa === 0) return 0;
  }
  return shift > 2000 ? Number.POSITIVE_INFINITY : mantissa * 2 ** (shift >> 1) * 2 ** (shift - (shift >> 1));
}

function ints(items: bigint[]): List {
  return { kind: 'list', element: 'int', items };
}

function steps(start: bigint, stop: bigint, step: bigint, budget: Budget): bigint[] {
  const distance = stop - start;
  if (distance === 0n || step === 0n || distance < 0n !== step < 0n) return [];
  const count = toIndex(distance / step) + (distance % step === 0n ? 0 : 1);
  budget.step(count);
  return Array.from({ length: count }, (_, index) => start + BigInt(index) * step);
}

function sequence(parameters: readonly bigint[], budget: Budget): bigint[] {
  const [first, second, third] = parameters;
  if (first === undefined || parameters.length > 3) return [];
  const [start, end] =
    second === undefined ? [1n, first] : third === undefined ? [first, second] : [first, third];
  const direction = end < start ? -1n : 1n;
  const step = third === undefined || second === undefined ? direction : second;
  if (third !== undefined && direction < 0n && step > 0n) return [];
  return steps(start, end + direction, step, budget);
}
