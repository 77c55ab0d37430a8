import type { ByteText } from '../../../providers/kit/json/byte-text.ts';

/** No number of a type that Go has takes more; reading longer ones would only take time. */
const maxDigits = 1000;

const integer =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/** The integer that Go's `ParseInt(text, 0, ...)` reads, of any size; undefined where it is none. */
export function parseInteger(text: ByteText): bigint | undefined {
  if (text.length > maxDigits || !integer.test(text)) return undefined;
  const plain = text.replace(/^[+-]/, '').replaceAll('_', '');
  const magnitude = BigInt(/^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain);
  return text.startsWith('-') ? -magnitude : magnitude;
}

const decimal =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const hexadecimal = /^([+-]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9_]+)$/;
const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/** The float64 that Go's `ParseFloat` reads; undefined where it is none or out of range. */
export function parseFloat64(text: ByteText): number | undefined {
  const value = decimal.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  if (value !== undefined) return Number.isFinite(value) ? value : undefined;
  const [whole, sign, infinity] = special.exec(text) ?? [];
  if (whole === undefined) return undefined;
  if (infinity !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return sign === '' ? Number.NaN : undefined;
}

function parseHexadecimal(text: ByteText): number | undefined {
  const [whole, sign, before = '', after = '', power = ''] = hexadecimal.exec(text) ?? [];
  if (whole === undefined || /__|_[.pP]|[.pP+-]_|_$/.test(text)) return undefined;
  const [left, right] = [before.replaceAll('_', ''), after.replaceAll('_', '')];
  if (left + right === '') return undefined;
  const exponent = Number(power.replaceAll('_', '')) - 4 * right.length;
  const magnitude = scale(BigInt(`0x${left}${right}`), Math.max(-5000, Math.min(5000, exponent)));
  return sign === '-' ? -magnitude : magnitude;
}

/** mantissa x 2^exponent, rounded once, half to even. */
function scale(mantissa: bigint, exponent: number): number {
  if (exponent >= 0) return Number(mantissa << BigInt(exponent));
  const bits = mantissa.toString(2).length;
  // All bits that a float64 of this size has, and one that tells whether anything is left.
  const spare = Math.min(bits - 54, -exponent);
  const drop = BigInt(Math.max(spare, -1074 - exponent - 1, 0));
  const kept = mantissa >> drop;
  const sticky = kept << drop === mantissa ? 0n : 1n;
  let value = Number((kept << 1n) | sticky);
  for (let left = exponent + Number(drop) - 1; left < 0; left += 1000) value *= 2 ** Math.max(left, -1000);
  return value;
}
