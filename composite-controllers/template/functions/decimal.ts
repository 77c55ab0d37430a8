import { CallError } from '../errors.ts';

/** A decimal fraction: value x 10^exponent. */
export interface Decimal {
  readonly value: bigint;
  readonly exponent: number;
}

/** Places that a division keeps at least. */
const divisionPlaces = 16;

/** The shortest decimal that reads back as the float. Throws {@link CallError} where it is not finite. */
export function fromFloat(float: number): Decimal {
  if (!Number.isFinite(float)) throw new CallError('ArgumentNot', { type: 'finite number' });
  const [mantissa = '0', power = '0'] = float.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { value: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** The nearest float64. */
export function toFloat({ value, exponent }: Decimal): number {
  return value === 0n ? 0 : Number(`${value}e${exponent}`);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { value: at(a, exponent) + at(b, exponent), exponent };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { ...b, value: -b.value });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { value: a.value * b.value, exponent: a.exponent + b.exponent };
}

/** Rounded half away from zero. Throws {@link CallError} for a zero divisor. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) throw new CallError('DivisionByZero');
  const shift = a.exponent - b.exponent + divisionPlaces;
  const dividend = shift > 0 ? a.value * 10n ** BigInt(shift) : a.value;
  const divisor = shift > 0 ? b.value : b.value * 10n ** BigInt(-shift);
  const quotient = dividend / divisor;
  const twice = 2n * absolute(dividend % divisor);
  const away = twice >= absolute(divisor) ? (dividend < 0n === divisor < 0n ? 1n : -1n) : 0n;
  return { value: quotient + away, exponent: -divisionPlaces };
}

const at = ({ value, exponent }: Decimal, target: number) => value * 10n ** BigInt(exponent - target);
const absolute = (value: bigint) => (value < 0n ? -value : value);
