import { ValueError, within } from './errors.ts';

/** Nanoseconds of the units of a Go duration. */
const units = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5, micro sign
  ['μs', 1_000n], // U+03BC, Greek letter mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** One more than the longest duration: Go keeps nanoseconds in an int64. */
const limit = 1n << 63n;

/** A Go duration such as `1h30m` or `-1.5s` in nanoseconds, as `time.ParseDuration` reads it. Throws {@link ValueError}. */
export function parseDurationNanos(text: string): bigint {
  const invalid = () => new ValueError('DurationInvalid', { text: quote(text) });
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const [digits = '', whole = '', fraction = ''] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) ?? [];
    if (whole === '' && fraction === '') throw invalid();
    const [name = ''] = /^[^.0-9]*/.exec(rest.slice(digits.length)) ?? [];
    // Go looks at the size of the number before it looks for the unit.
    if (whole.length > 19 && BigInt(whole) > limit) throw invalid();
    if (name === '') throw new ValueError('DurationUnitMissing', { text: quote(text) });
    const unit = units.get(name);
    if (unit === undefined)
      throw new ValueError('DurationUnitUnknown', { text: quote(text), unit: quote(name) });
    const part = BigInt(whole || '0') * unit + fractionOf(fraction, unit);
    if (part > limit) throw invalid();
    // Two parts of the limit each wrap around to nothing, as Go's sum does.
    total = BigInt.asUintN(64, total + part);
    if (total > limit) throw invalid();
    rest = rest.slice(digits.length + name.length);
  }
  if (!negative && total === limit) throw invalid();
  return negative ? -total : total;
}

/** As Go shows it between quotes: control characters and all but ASCII as bytes. */
function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/["\\]|[\u0000-\u001f]|[^\u0000-\u007f]+/g, (run) =>
    run === '"' || run === '\\' ? `\\${run}` : Buffer.from(run).toString('hex').replace(/../g, '\\x$&'),
  );
}

/** Go's arithmetic: digits beyond an int64 are dropped, and the product is a float64 cut down to whole nanoseconds. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** A Go duration in milliseconds (spec core 1.1). Throws {@link ValueError}. */
export function parseDuration(text: string): number {
  return Number(parseDurationNanos(text)) / 1e6;
}

/** A duration in nanoseconds as Go prints it: `1h30m0s`, `1.5s`, `200ms`, `0s`. */
export function formatDurationNanos(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size === 0n) return '0s';
  for (const [name, unit, places] of [
    ['ns', 1n, 0],
    ['µs', 1_000n, 3],
    ['ms', 1_000_000n, 6],
  ] as const) {
    if (size < unit * 1_000n) return `${sign}${decimal(size, unit, places)}${name}`;
  }
  const hours = size / 3_600_000_000_000n;
  const minutes = (size / 60_000_000_000n) % 60n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n, 9)}s`;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${seconds}`;
}

function decimal(value: bigint, unit: bigint, places: number): string {
  const fraction =
    places === 0
      ? ''
      : String(value % unit)
          .padStart(places, '0')
          .replace(/0+$/, '');
  return `${value / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A duration in milliseconds as Go prints it. */
export function formatDuration(ms: number): string {
  return formatDurationNanos(BigInt(Math.round(ms * 1e6)));
}

/**
 * A store's `spec.refreshInterval` in milliseconds: whole seconds or a Go duration (spec core 2.1); 0 when absent, which
 * stands for the controller's default. Throws {@link ValueError} for a negative or malformed one.
 */
export function parseRefreshInterval(interval: number | string | undefined): number {
  if (interval === undefined) return 0;
  const shown = typeof interval === 'number' ? String(interval) : `"${quote(interval)}"`;
  return within(`invalid refreshInterval ${shown}`, () => {
    const ms = typeof interval === 'number' ? interval * 1000 : parseDuration(interval);
    if (ms < 0) throw new ValueError('DurationNegative');
    return ms;
  });
}
