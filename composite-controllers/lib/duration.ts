import { ValueError } from './errors.ts';

/** Nanoseconds of each unit of Go's time.ParseDuration. */
const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const maxNanoseconds = 2 ** 63;

/** Milliseconds of a Go duration such as `1h30m` (time.ParseDuration). Throws `DurationInvalid`. */
export function parseDuration(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let nanoseconds = 0;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    if (match === null) throw new ValueError('DurationInvalid');
    nanoseconds += Number(match[1]) * units[match[2]!]!;
  }
  if (body === '' || nanoseconds >= maxNanoseconds) throw new ValueError('DurationInvalid');
  return (sign * nanoseconds) / 1e6;
}

/** Milliseconds of a store's refreshInterval: seconds as a number, or a Go duration; absent is 0 (spec core 2.1). Throws `RefreshIntervalInvalid`. */
export function parseRefreshInterval(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value * 1000;
  if (typeof value !== 'string' || (/^[+-]?\d+$/.test(value.trim()) && value !== '0')) {
    throw new ValueError('RefreshIntervalInvalid');
  }
  try {
    const ms = parseDuration(value);
    if (ms >= 0) return ms;
  } catch {
    // falls through: one error for every way to be wrong
  }
  throw new ValueError('RefreshIntervalInvalid');
}
