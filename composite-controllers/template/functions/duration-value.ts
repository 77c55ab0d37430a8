import { toByteText } from '../../../providers/kit/json/byte-text.ts';
import { parseDurationNanos } from '../../lib/duration.ts';
import { ValueError } from '../../lib/errors.ts';
import { type Integer, int64, type Value } from '../values/value.ts';
import { fn } from './signature.ts';

const second = 1_000_000_000n;
const absolute = (value: bigint) => (value < 0n ? -value : value);

/** A duration as Go writes it, such as `1h2m3.5s`. */
export function durationText(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = absolute(nanos);
  if (size === 0n) return '0s';
  if (size < second) {
    const [unit, places] = size < 1_000n ? ['ns', 0] : size < 1_000_000n ? ['µs', 3] : ['ms', 6];
    return toByteText(`${sign}${decimal(size, places)}${unit}`);
  }
  const minutes = size / (60n * second);
  const hours = minutes / 60n;
  const seconds = `${decimal(size % (60n * second), 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  const fraction = places === 0 ? '' : digits.slice(-places).replace(/0+$/, '');
  const whole = places === 0 ? digits : digits.slice(0, -places);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Half of the unit goes away from zero. */
export function roundTo(value: bigint, unit: bigint): bigint {
  if (unit <= 0n) return value;
  const rest = absolute(value % unit);
  const sign = value < 0n ? -1n : 1n;
  return value - sign * rest + (2n * rest >= unit ? sign * unit : 0n);
}

/** The nanoseconds of a text such as `1h30m`; undefined where it is no duration. */
export function parseDuration(text: string): bigint | undefined {
  try {
    return parseDurationNanos(text);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** A duration as templates see it, with its methods. */
export function duration(nanos: bigint): Integer {
  const whole = (unit: bigint) => fn([], (): Value => int64(nanos / unit));
  const part = (unit: bigint) => fn([], () => Number(nanos / unit) + Number(nanos % unit) / Number(unit));
  const text = durationText(nanos);
  return {
    kind: 'integer',
    type: 'time.Duration',
    base: 'int64',
    value: nanos,
    text,
    methods: {
      Abs: fn([], () => duration(absolute(nanos))),
      Hours: part(3600n * second),
      Minutes: part(60n * second),
      Seconds: part(second),
      Milliseconds: whole(1_000_000n),
      Microseconds: whole(1_000n),
      Nanoseconds: whole(1n),
      Round: fn(['duration'], ([unit]) => duration(roundTo(nanos, unit))),
      Truncate: fn(['duration'], ([unit]) => duration(unit <= 0n ? nanos : nanos - (nanos % unit))),
      String: fn([], () => text),
    },
  };
}
