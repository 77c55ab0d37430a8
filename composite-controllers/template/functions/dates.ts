import { type ByteText, decodeUtf8 } from '../../../providers/kit/json/byte-text.ts';
import type { Environment } from '../environment.ts';
import { CallError } from '../errors.ts';
import { type Moment, zeroMoment } from '../time/moment.ts';
import { parseMoment } from '../time/parse.ts';
import { utc, zoneOf } from '../time/zone.ts';
import { type Any, type Instance, isObject } from '../values/value.ts';
import { isInstance, parseDecimal } from './convert.ts';
import { durationText, parseDuration, roundTo } from './duration-value.ts';
import { type FunctionTable, fn } from './signature.ts';
import { format, momentOf, saturated, time } from './time-value.ts';

const second = 1_000_000_000n;
const htmlLayout = '2006-01-02';

const inZone = fn(['string', 'any', 'string'], ([layout, value, zone], { environment }) =>
  formatIn(layout, value, zone, environment),
);
const modify = fn(['string', 'time'], ([text, value]) => {
  const span = parseDuration(decodeUtf8(text));
  return span === undefined ? value : moved(value, span);
});
const mustModify = fn(['string', 'time'], ([text, value]) => {
  const span = parseDuration(decodeUtf8(text));
  if (span === undefined) throw new CallError('InvalidDuration');
  return moved(value, span);
});

/** Times by Go's layouts; the local time is UTC, as in ESO's containers. */
export const dateFunctions: FunctionTable = {
  now: fn([], (_, { environment }) => time(present(environment))),
  date: fn(['string', 'any'], ([layout, value], { environment }) =>
    formatIn(layout, value, 'Local', environment),
  ),
  dateInZone: inZone,
  date_in_zone: inZone,
  htmlDate: fn(['any'], ([value], { environment }) => formatIn(htmlLayout, value, 'Local', environment)),
  htmlDateInZone: fn(['any', 'string'], ([value, zone], { environment }) =>
    formatIn(htmlLayout, value, zone, environment),
  ),
  dateModify: modify,
  date_modify: modify,
  mustDateModify: mustModify,
  must_date_modify: mustModify,
  toDate: fn(['string', 'string'], ([layout, text]) =>
    time(parseMoment(decodeUtf8(layout), decodeUtf8(text)) ?? zeroMoment),
  ),
  mustToDate: fn(['string', 'string'], ([layout, text]) => {
    const moment = parseMoment(decodeUtf8(layout), decodeUtf8(text));
    if (moment === undefined) throw new CallError('InvalidDate');
    return time(moment);
  }),
  unixEpoch: fn(['time'], ([value]) => {
    const { nanos } = momentOf(value);
    return String((nanos - (((nanos % second) + second) % second)) / second);
  }),
  ago: fn(['any'], ([value], { environment }) =>
    durationText(roundTo(saturated(present(environment).nanos - momentIn(value, environment).nanos), second)),
  ),
  duration: fn(['any'], ([value]) => durationText(BigInt.asIntN(64, seconds(value) * second))),
  durationRound: fn(['any'], ([value], { environment }) => roundedDuration(nanosOf(value, environment))),
};

function present({ now }: Environment): Moment {
  return { nanos: BigInt(Math.trunc(now() * 1_000)) * 1_000n, zone: utc };
}

/** A time, or seconds since 1970; anything else is the present. */
function momentIn(value: Any, environment: Environment): Moment {
  if (isInstance(value, 'time.Time')) return momentOf(value as Instance);
  const integer = typeof value === 'bigint' ? value : int64Of(value);
  return integer === undefined ? present(environment) : { nanos: integer * second, zone: utc };
}

function int64Of(value: Any): bigint | undefined {
  return isObject(value) && value.kind === 'integer' && value.type === 'int64' ? value.value : undefined;
}

function formatIn(layout: ByteText, value: Any, zone: ByteText, environment: Environment): ByteText {
  const { nanos } = momentIn(value, environment);
  // JavaScript's dates end where Go's go on.
  if (nanos > limit || nanos < -limit) throw new CallError('OutOfRange');
  return format({ nanos, zone: zoneOf(decodeUtf8(zone)) ?? utc }, layout);
}

const limit = 8_000_000_000_000_000n * 1_000_000n;

function moved(value: Instance, span: bigint): Instance {
  const moment = momentOf(value);
  return time({ ...moment, nanos: moment.nanos + span });
}

/** The seconds of a text or an int64; anything else, an int too, is none. */
function seconds(value: Any): bigint {
  if (typeof value !== 'string') return int64Of(value) ?? 0n;
  return parseDecimal(value);
}

function nanosOf(value: Any, environment: Environment): bigint {
  if (typeof value === 'string') return parseDuration(decodeUtf8(value)) ?? 0n;
  if (isInstance(value, 'time.Time'))
    return saturated(present(environment).nanos - momentOf(value as Instance).nanos);
  return int64Of(value) ?? 0n;
}

const hour = 3600n * second;
const units: readonly (readonly [bigint, string])[] = [
  [365n * 24n * hour, 'y'],
  [30n * 24n * hour, 'mo'],
  [24n * hour, 'd'],
  [hour, 'h'],
  [60n * second, 'm'],
  [second, 's'],
];

function roundedDuration(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  for (const [unit, name] of units) if (size > unit) return `${size / unit}${name}`;
  return '0s';
}
