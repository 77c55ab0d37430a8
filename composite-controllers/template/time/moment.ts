import { utc, type Zone } from './zone.ts';

/** A point in time, and the clock by which it is told. */
export interface Moment {
  /** Nanoseconds since 1970. */
  readonly nanos: bigint;
  readonly zone: Zone;
}

/** What a clock shows. */
export interface ClockTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** From Sunday as 0. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly offset: number;
  readonly abbreviation: string;
}

/** Go's zero time: the first of January of the year 1. */
export const zeroMoment: Moment = { nanos: -62_135_596_800_000_000_000n, zone: utc };

const nanosPerMilli = 1_000_000n;

/** The milliseconds since 1970 of a moment, rounded down. */
function millisOf({ nanos }: Moment): number {
  return Number((nanos - floorRest(nanos, nanosPerMilli)) / nanosPerMilli);
}

function floorRest(value: bigint, divisor: bigint): bigint {
  return ((value % divisor) + divisor) % divisor;
}

const dayMillis = 86_400_000;

/** What the moment's clock shows. */
export function clockTime(moment: Moment): ClockTime {
  const millis = millisOf(moment);
  const { offset, abbreviation } = moment.zone.at(millis);
  const date = new Date(millis + offset * 1000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - millisOfDate(year, 1, 1)) / dayMillis) + 1,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(floorRest(moment.nanos, 1_000_000_000n)),
    offset,
    abbreviation,
  };
}

/** Midnight of a date by UTC in milliseconds since 1970; months and days may be out of their ranges. */
export function millisOfDate(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

/** The moment at which a zone's clock shows a time, where it shows it at all. */
export function momentAt(millisOfClock: number, nanosecond: number, zone: Zone): Moment {
  const guess = millisOfClock - zone.at(millisOfClock).offset * 1000;
  const millis = millisOfClock - zone.at(guess).offset * 1000;
  return { nanos: BigInt(millis) * nanosPerMilli + BigInt(nanosecond), zone };
}

/** The date a number of years, months and days later by the same clock. */
export function addDate(start: Moment, years: number, months: number, days: number): Moment {
  const time = clockTime(start);
  const midnight = millisOfDate(time.year + years, time.month + months, time.day + days);
  const millis = midnight + ((time.hour * 60 + time.minute) * 60 + time.second) * 1000;
  return momentAt(millis, time.nanosecond, start.zone);
}
