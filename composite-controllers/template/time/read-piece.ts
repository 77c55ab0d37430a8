import { months, weekdays } from './layout.ts';

/** What has been read so far; months and days that were not named are -1. */
export interface Read {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: 'am' | 'pm' | undefined;
  offset: number | undefined;
  zone: string;
  utc: boolean;
}

/** Text that does not have its layout. */
export class Mismatch extends Error {}

/** Steps over text that the layout has; any space of it stands for any space. */
export function skip(value: string, prefix: string): string {
  let rest = value;
  for (let at = 0; at < prefix.length; ) {
    if (prefix[at] === ' ') {
      if (rest !== '' && !rest.startsWith(' ')) throw new Mismatch();
      while (prefix[at] === ' ') at++;
      rest = rest.replace(/^ +/, '');
      continue;
    }
    if (rest[0] !== prefix[at]) throw new Mismatch();
    rest = rest.slice(1);
    at++;
  }
  return rest;
}

/** Reads what a piece of the layout stands for, and returns what is left. Throws {@link Mismatch}. */
export function take(
  read: Read,
  text: string,
  piece: string,
  next: { before: string; piece: string } | undefined,
): string {
  const number = (pattern: RegExp, low: number, high: number, set: (value: number) => void) => {
    const digits = match(text, pattern);
    const value = Number(digits.trim());
    if (value < low || value > high) throw new Mismatch();
    set(value);
    return text.slice(digits.length);
  };
  const word = (words: readonly string[], set: (index: number) => void) => {
    const index = words.findIndex(
      (candidate) => text.slice(0, candidate.length).toLowerCase() === candidate.toLowerCase(),
    );
    if (index < 0) throw new Mismatch();
    set(index);
    return text.slice(words[index]?.length);
  };
  const short = (words: readonly string[]) => words.map((name) => name.slice(0, 3));
  switch (piece) {
    case '2006':
      return number(/^[0-9]{4}/, 0, 9999, (value) => {
        read.year = value;
      });
    case '06':
      return number(/^[0-9]{2}/, 0, 99, (value) => {
        read.year = value + (value >= 69 ? 1900 : 2000);
      });
    case 'January':
      return word(months, (index) => {
        read.month = index + 1;
      });
    case 'Jan':
      return word(short(months), (index) => {
        read.month = index + 1;
      });
    case '1':
    case '01':
      return number(digits(piece), 1, 12, (value) => {
        read.month = value;
      });
    case 'Monday':
      return word(weekdays, () => undefined);
    case 'Mon':
      return word(short(weekdays), () => undefined);
    case '2':
    case '02':
      return number(digits(piece), 0, 99, (value) => {
        read.day = value;
      });
    case '_2':
      return number(/^ ?[0-9]{1,2}/, 0, 99, (value) => {
        read.day = value;
      });
    case '002':
    case '__2':
      return number(piece === '002' ? /^[0-9]{3}/ : /^(?:[0-9]{3}| [0-9]{2}| {2}[0-9])/, 0, 999, (value) => {
        read.yearDay = value;
      });
    case '15':
      return number(/^[0-9]{1,2}/, 0, 23, (value) => {
        read.hour = value;
      });
    case '3':
    case '03':
      return number(digits(piece), 0, 12, (value) => {
        read.hour = value;
      });
    case '4':
    case '04':
      return number(digits(piece), 0, 59, (value) => {
        read.minute = value;
      });
    case '5':
    case '05':
      return withFraction(
        read,
        number(digits(piece), 0, 59, (value) => {
          read.second = value;
        }),
        next,
      );
    case 'PM':
      return half(read, text, /^(?:AM|PM)/);
    case 'pm':
      return half(read, text, /^(?:am|pm)/);
    case 'MST':
      return zoneName(read, text);
    default:
      return /^[.,]/.test(piece) ? fraction(read, text, piece) : offset(read, text, piece);
  }
}

function match(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Mismatch();
  return found;
}

const digits = (piece: string) => (piece.length === 2 ? /^[0-9]{2}/ : /^[0-9]{1,2}/);

function half(read: Read, text: string, pattern: RegExp): string {
  read.half = match(text, pattern).toLowerCase() === 'pm' ? 'pm' : 'am';
  return text.slice(2);
}

/** A fraction behind the seconds is read although the layout has none. */
function withFraction(read: Read, rest: string, next: { before: string; piece: string } | undefined): string {
  if (!/^[.,][0-9]/.test(rest) || (next !== undefined && /^[.,]/.test(next.piece))) return rest;
  const found = match(rest, /^[.,][0-9]+/);
  read.nanosecond = nanoseconds(found);
  return rest.slice(found.length);
}

function fraction(read: Read, text: string, piece: string): string {
  if (piece[1] === '9') {
    const found = /^[.,][0-9]+/.exec(text)?.[0] ?? '';
    if (found !== '') read.nanosecond = nanoseconds(found);
    return text.slice(found.length);
  }
  const found = text.slice(0, piece.length);
  if (!/^[.,][0-9]+$/.test(found) || found.length < piece.length) throw new Mismatch();
  read.nanosecond = nanoseconds(found);
  return text.slice(piece.length);
}

const nanoseconds = (text: string) => Number(text.slice(1, 10).padEnd(9, '0'));

function offset(read: Read, text: string, piece: string): string {
  if (piece.startsWith('Z') && text.startsWith('Z')) {
    read.utc = true;
    return text.slice(1);
  }
  const colon = piece.includes(':') ? ':' : '';
  const count = piece.replace(/[^0-9]/g, '').length / 2;
  const found = match(
    text,
    new RegExp(`^[+-]${Array.from({ length: count }, () => '[0-9]{2}').join(colon)}`),
  );
  const [hours = 0, minutes = 0, seconds = 0] = (found.match(/[0-9]{2}/g) ?? []).map(Number);
  if (hours > 24 || minutes > 60 || seconds > 60) throw new Mismatch();
  read.offset = (found.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  return text.slice(found.length);
}

/** Three to five capitals, or GMT with hours, or a bare offset. */
function zoneName(read: Read, text: string): string {
  if (text.startsWith('UTC')) {
    read.utc = true;
    return text.slice(3);
  }
  const [special] = /^(?:ChST|MeST|WITA)/.exec(text) ?? [];
  const [gmt] = /^GMT(?:[+-][0-9]+)?/.exec(text) ?? [];
  const [bare] = /^[+-][0-9]{2}/.exec(text) ?? [];
  const [capitals = ''] = /^[A-Z]{0,6}/.exec(text) ?? [];
  const plain =
    capitals.length === 3 ||
    (capitals.length === 4 && (capitals.endsWith('T') || capitals === 'WITA')) ||
    (capitals.length === 5 && capitals.endsWith('T'))
      ? capitals
      : undefined;
  const hours = gmt === undefined ? Number(bare ?? 0) : Number(gmt.slice(3));
  const inRange = hours >= -23 && hours <= 23;
  const found =
    special ??
    (gmt !== undefined ? (inRange ? gmt : 'GMT') : bare !== undefined ? (inRange ? bare : undefined) : plain);
  if (found === undefined || text.length < 3) throw new Mismatch();
  read.zone = found;
  return text.slice(found.length);
}
