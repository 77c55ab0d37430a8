/** The digits of a finite number and the power of ten of the first: 0.00125 is `125` and -3. Zero is `0` and 0. */
function shortestDigits(magnitude: number): { digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function sign(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? '+Inf' : '-Inf';
}

/** The shortest plain decimal that reads back as the same float64, never with an exponent: Go's `FormatFloat(x, 'f', -1, 64)`. */
export function formatPlain(value: number): string {
  const odd = special(value);
  if (odd !== undefined) return odd;
  const { digits, exponent } = shortestDigits(Math.abs(value));
  const point = exponent + 1;
  if (point <= 0) return `${sign(value)}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign(value) + digits.padEnd(point, '0');
  return `${sign(value)}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function formatExponent(value: number, minDigits: number): string {
  const { digits, exponent } = shortestDigits(Math.abs(value));
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = String(Math.abs(exponent)).padStart(minDigits, '0');
  return `${sign(value)}${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
}

/** A float64 as Go's `%v` prints it: shortest, with an exponent below 1e-4 and from 1e6 on. */
export function formatGeneral(value: number): string {
  const odd = special(value);
  if (odd !== undefined) return odd;
  const { exponent } = shortestDigits(Math.abs(value));
  return exponent < -4 || exponent >= 6 ? formatExponent(value, 2) : formatPlain(value);
}

/** A finite float64 as Go's encoding/json writes it: shortest, with an exponent below 1e-6 and from 1e21 on. */
export function formatJson(value: number): string {
  const magnitude = Math.abs(value);
  const exponential = magnitude !== 0 && (magnitude < 1e-6 || magnitude >= 1e21);
  return exponential ? formatExponent(value, 1) : formatPlain(value);
}

const decimal =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[+-]?[0-9]+(?:_[0-9]+)*)?$/i;
const infinity = /^([+-]?)inf(?:inity)?$/i;

/** The float64 that Go's `ParseFloat` reads, 0 where it fails; hexadecimal floats, which no JSON holds, count as failed. */
export function parseFloat64(text: string): number {
  if (decimal.test(text)) return Number(text.replaceAll('_', ''));
  const infinite = infinity.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : 0;
}
