import { layoutParts } from './layout.ts';
import { type Moment, millisOfDate, momentAt } from './moment.ts';
import { Mismatch, type Read, skip, take } from './read-piece.ts';
import { fixedZone, utc } from './zone.ts';

/** The moment that a text tells by a layout of Go's time package, in UTC where it names no zone; undefined where it does not fit. */
export function parseMoment(layout: string, text: string): Moment | undefined {
  try {
    return parse(layout, text);
  } catch (error) {
    if (error instanceof Mismatch) return undefined;
    throw error;
  }
}

function parse(layout: string, text: string): Moment {
  const read: Read = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    offset: undefined,
    zone: '',
    utc: false,
  };
  const parts = layoutParts(layout);
  let rest = text;
  for (const [index, { before, piece }] of parts.entries()) {
    rest = skip(rest, before);
    if (piece !== '') rest = take(read, rest, piece, parts[index + 1]);
  }
  if (rest !== '') throw new Mismatch();
  return moment(read);
}

function moment(read: Read): Moment {
  const { year } = read;
  const hour =
    read.half === 'pm' && read.hour < 12
      ? read.hour + 12
      : read.half === 'am' && read.hour === 12
        ? 0
        : read.hour;
  let [month, day] = [read.month, read.day];
  if (read.yearDay >= 0) {
    const date = new Date(millisOfDate(year, 1, read.yearDay));
    const [ofMonth, ofDay] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if (read.yearDay < 1 || date.getUTCFullYear() !== year) throw new Mismatch();
    if ((month >= 0 && month !== ofMonth) || (day >= 0 && day !== ofDay)) throw new Mismatch();
    [month, day] = [ofMonth, ofDay];
  }
  if (month < 0) month = 1;
  if (day < 0) day = 1;
  const midnight = millisOfDate(year, month, day);
  if (day < 1 || new Date(midnight).getUTCMonth() + 1 !== month) throw new Mismatch();
  const millis = midnight + ((hour * 60 + read.minute) * 60 + read.second) * 1000;
  // As in Go, a name that says an offset, such as GMT+3, changes how the time is shown, not which time it is.
  const counted = read.utc || read.offset !== undefined ? zoneFor(read) : utc;
  return { ...momentAt(millis, read.nanosecond, counted), zone: zoneFor(read) };
}

function zoneFor({ utc: isUtc, offset, zone }: Read) {
  if (isUtc) return utc;
  if (offset !== undefined)
    return offset === 0 && (zone === '' || zone === 'UTC') ? utc : fixedZone(zone, offset);
  if (zone === '' || zone === 'UTC') return utc;
  return fixedZone(zone, zone.length > 3 && zone.startsWith('GMT') ? Number(zone.slice(3)) * 3600 : 0);
}
