/** Verbs of Go's FormatFloat. */
export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

interface Digits {
  /** Without leading zeros; `0` for zero. */
  readonly digits: string;
  /** The decimal point stands behind so many digits. */
  readonly point: number;
}

/** A float64 as Go's `FormatFloat(value, verb, precision, 64)` writes it; -1 is the shortest that reads back the same. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  switch (verb) {
    case 'b': {
      const { mantissa, exponent } = binary(magnitude);
      return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
    }
    case 'x':
    case 'X': {
      const text = hexadecimal(magnitude, precision);
      return sign + (verb === 'X' ? text.toUpperCase() : text);
    }
    case 'f': {
      const number = precision < 0 ? shortest(magnitude) : atPoint(exact(magnitude), precision);
      return (
        sign + plain(number, precision < 0 ? Math.max(number.digits.length - number.point, 0) : precision)
      );
    }
    case 'e':
    case 'E': {
      const number = precision < 0 ? shortest(magnitude) : rounded(exact(magnitude), precision + 1);
      return sign + exponential(number, precision < 0 ? number.digits.length - 1 : precision, verb);
    }
    default:
      return sign + general(magnitude, verb, precision);
  }
}

function general(magnitude: number, verb: 'g' | 'G', precision: number): string {
  const wanted = precision === 0 ? 1 : precision;
  const number = wanted < 0 ? shortest(magnitude) : stripped(rounded(exact(magnitude), wanted));
  const { digits, point } = number;
  let limit = wanted < 0 ? 6 : wanted;
  if (limit > digits.length && digits.length >= point) limit = digits.length;
  if (wanted < 0) limit = 6;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit)
    return exponential(number, digits.length - 1, verb === 'g' ? 'e' : 'E');
  return plain(number, Math.max(digits.length - point, 0));
}

function shortest(magnitude: number): Digits {
  const [mantissa = '0', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: magnitude === 0 ? 1 : Number(exponent) + 1 };
}

/** The parts of a float64: mantissa x 2^exponent. */
function binary(magnitude: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  const exponent = Number(raw >> 52n);
  const fraction = raw & 0xfffffffffffffn;
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

/** All decimal digits of the float64. */
function exact(magnitude: number): Digits {
  if (magnitude === 0) return { digits: '0', point: 1 };
  const { mantissa, exponent } = binary(magnitude);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits, point: digits.length };
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits, point: digits.length + exponent };
}

/** The number with at most so many digits, rounded half to even; none at all is zero or one. */
function rounded({ digits, point }: Digits, count: number): Digits {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '0', point: 1 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const half = rest[0] === '5' && /^50*$/.test(rest);
  const odd = count > 0 && Number(kept[count - 1]) % 2 === 1;
  const up = half ? odd : (rest[0] ?? '0') >= '5';
  if (!up) return count === 0 ? { digits: '0', point: 1 } : { digits: kept, point };
  const increased = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return increased.length > count
    ? { digits: increased.slice(0, Math.max(count, 1)), point: point + 1 }
    : { digits: increased, point };
}

const atPoint = (number: Digits, places: number) => rounded(number, number.point + places);

function stripped({ digits, point }: Digits): Digits {
  const short = digits.replace(/0+$/, '');
  return short === '' ? { digits: '0', point: 1 } : { digits: short, point };
}

function plain({ digits, point }: Digits, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, places)) + digits;
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}

function exponential({ digits, point }: Digits, places: number, letter: 'e' | 'E'): string {
  const power = digits === '0' || /^0*$/.test(digits) ? 0 : point - 1;
  const fraction = places > 0 ? `.${digits.slice(1, 1 + places).padEnd(places, '0')}` : '';
  return `${digits[0]}${fraction}${letter}${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function hexadecimal(magnitude: number, precision: number): string {
  let { mantissa, exponent } = binary(magnitude);
  if (magnitude === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  const shift = 53 - mantissa.toString(2).length;
  mantissa <<= BigInt(shift);
  let power = exponent - shift + 52;
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(52 - 4 * precision);
    const half = 1n << (drop - 1n);
    const rest = mantissa & ((1n << drop) - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    mantissa <<= drop;
    if (mantissa >> 53n > 0n) {
      mantissa >>= 1n;
      power++;
    }
  }
  const digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  const fraction =
    precision < 0 ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0');
  exponent = power;
  const sign = exponent < 0 ? '-' : '+';
  return `0x1${fraction === '' ? '' : `.${fraction}`}p${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
