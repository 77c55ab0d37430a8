import { type ByteText, decodeUtf8, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { formatMoment } from '../time/format.ts';
import { months, weekdays } from '../time/layout.ts';
import { addDate, clockTime, type Moment, zeroMoment } from '../time/moment.ts';
import { utc } from '../time/zone.ts';
import { type Instance, int64, type Value } from '../values/value.ts';
import { toIndex } from './convert.ts';
import { duration } from './duration-value.ts';
import { fn } from './signature.ts';

/** The moment by a layout, both as bytes. */
export function format(moment: Moment, layout: ByteText): ByteText {
  return toByteText(formatMoment(moment, decodeUtf8(layout)));
}

/** The moment of a time value. */
export const momentOf = (value: Instance): Moment => value.inner as Moment;

/** A moment as templates see it: a time.Time with the methods that give one value. */
export function time(moment: Moment): Instance {
  const clock = () => clockTime(moment);
  const number = (of: (shown: ReturnType<typeof clock>) => number) => fn([], () => BigInt(of(clock())));
  const since = (unit: bigint) => fn([], (): Value => int64(floorDivide(moment.nanos, unit)));
  const compare = (accept: (difference: bigint) => boolean) =>
    fn(['time'], ([other]) => accept(moment.nanos - momentOf(other).nanos));
  const moved = (nanos: bigint) => time({ ...moment, nanos });
  const named = (type: string, value: number, text: string): Value => ({
    kind: 'integer',
    type,
    base: 'int',
    value: BigInt(value),
    text,
    methods: { String: fn([], () => text) },
  });
  const fromZero = moment.nanos - zeroMoment.nanos;
  const overshoot = (unit: bigint) => ((fromZero % unit) + unit) % unit;
  return {
    kind: 'instance',
    type: 'time.Time',
    base: 'struct',
    fields: {},
    text: format(moment, '2006-01-02 15:04:05.999999999 -0700 MST'),
    json: json(moment),
    inner: moment,
    methods: {
      Add: fn(['duration'], ([span]) => moved(moment.nanos + span)),
      AddDate: fn(['int', 'int', 'int'], ([years, monthCount, days]) => {
        const parts = [years, monthCount, days].map(toIndex) as [number, number, number];
        if (parts.some((part) => Math.abs(part) > 100_000)) throw new CallError('OutOfRange');
        return time(addDate(moment, ...parts));
      }),
      After: compare((difference) => difference > 0n),
      Before: compare((difference) => difference < 0n),
      Compare: fn(['time'], ([other]) => BigInt(Math.sign(Number(moment.nanos - momentOf(other).nanos)))),
      Day: number(({ day }) => day),
      Equal: compare((difference) => difference === 0n),
      Format: fn(['string'], ([layout]) => format(moment, layout)),
      Hour: number(({ hour }) => hour),
      IsZero: fn([], () => fromZero === 0n),
      Local: fn([], () => time({ ...moment, zone: utc })),
      Minute: number(({ minute }) => minute),
      Month: fn([], () => named('time.Month', clock().month, months[clock().month - 1] ?? '')),
      Nanosecond: number(({ nanosecond }) => nanosecond),
      Round: fn(['duration'], ([unit]) => {
        if (unit <= 0n) return moved(moment.nanos);
        const rest = overshoot(unit);
        return moved(moment.nanos - rest + (rest + rest < unit ? 0n : unit));
      }),
      Second: number(({ second }) => second),
      String: fn([], () => format(moment, '2006-01-02 15:04:05.999999999 -0700 MST')),
      Sub: fn(['time'], ([other]) => duration(saturated(moment.nanos - momentOf(other).nanos))),
      Truncate: fn(['duration'], ([unit]) =>
        moved(unit <= 0n ? moment.nanos : moment.nanos - overshoot(unit)),
      ),
      UTC: fn([], () => time({ ...moment, zone: utc })),
      Unix: since(1_000_000_000n),
      UnixMicro: since(1_000n),
      UnixMilli: since(1_000_000n),
      UnixNano: since(1n),
      Weekday: fn([], () => named('time.Weekday', clock().weekday, weekdays[clock().weekday] ?? '')),
      Year: number(({ year }) => year),
      YearDay: number(({ yearDay }) => yearDay),
    },
  };
}

/** RFC 3339 has years of four digits, and offsets below a day. */
function json(moment: Moment): ByteText | null {
  const { year, offset } = clockTime(moment);
  if (year < 0 || year > 9999 || Math.abs(offset) >= 86_400) return null;
  return `"${format(moment, '2006-01-02T15:04:05.999999999Z07:00')}"`;
}

function floorDivide(value: bigint, unit: bigint): bigint {
  const quotient = value / unit;
  return value % unit < 0n ? quotient - 1n : quotient;
}

/** A difference that int64 cannot hold is the longest duration. */
export function saturated(nanos: bigint): bigint {
  const limit = 2n ** 63n;
  return nanos >= limit ? limit - 1n : nanos < -limit ? -limit : nanos;
}
