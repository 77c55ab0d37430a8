import { parseDuration } from './duration.ts';

/** When something recurs, in UTC and on whole seconds. */
export interface Schedule {
  /** The first firing behind a moment (both in ms); undefined when there is none in the next five years. */
  next(after: number): number | undefined;
}

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

/** The values at which a field matches, and whether it is a star: then the other one of the two day fields decides. */
interface Matches {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

const second = 1_000;
const minute = 60 * second;

const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * A schedule as the standard parser of github.com/robfig/cron/v3 reads it, ESO's: five fields, descriptors, `@every`.
 * Undefined for what it refuses.
 */
export function parseSchedule(text: string): Schedule | undefined {
  if (text.startsWith('@every ')) return every(text.slice('@every '.length));
  const source = Object.hasOwn(descriptors, text) ? descriptors[text]! : text;
  const words = source.trim().split(/\s+/);
  if (words.length !== fields.length) return undefined;
  const matches = words.map((word, index) => parseField(word, fields[index]!));
  if (!matches.every((match) => match !== undefined)) return undefined;
  // A field of commas alone is read there, too; nothing matches it.
  const isEver = matches.every(({ values }) => values.size > 0);
  return { next: (after) => (isEver ? search(matches, after) : undefined) };
}

/** Counts from the moment that it is asked about, as there: no firing is its first. */
function every(text: string): Schedule | undefined {
  try {
    const delay = Math.max(Math.trunc(parseDuration(text) / second) * second, second);
    return { next: (after) => Math.floor(after / second) * second + delay };
  } catch {
    return undefined;
  }
}

function parseField(word: string, field: Field): Matches | undefined {
  const ranges = word.split(',').filter((range) => range !== '');
  const parsed = ranges.map((range) => parseRange(range, field));
  if (!parsed.every((range) => range !== undefined)) return undefined;
  return {
    values: new Set(parsed.flatMap(({ values }) => [...values])),
    isStar: parsed.some(({ isStar }) => isStar),
  };
}

/** `*`, `a`, `a-b`, each with an optional `/step`; `a/step` goes on to the field's end. */
function parseRange(range: string, field: Field): Matches | undefined {
  const [span = '', stepText, ...more] = range.split('/');
  const [low = '', high, ...evenMore] = span.split('-');
  if (more.length > 0 || evenMore.length > 0) return undefined;
  const isStar = low === '*' || low === '?';
  const start = isStar ? field.min : valueNamed(low, field);
  const only = high === undefined && stepText === undefined ? start : field.max;
  const end = isStar ? field.max : high === undefined ? only : valueNamed(high, field);
  const step = stepText === undefined ? 1 : numberOf(stepText);
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined;
  if (start < field.min || end > field.max || start > end) return undefined;
  const values = new Set<number>();
  for (let value = start; value <= end; value += step) values.add(value);
  return { values, isStar: isStar && step === 1 };
}

function valueNamed(text: string, { min, names }: Field): number | undefined {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? numberOf(text) : min + index;
}

function numberOf(text: string): number | undefined {
  return /^\+?\d{1,18}$/.test(text) ? Number(text) : undefined;
}

function search(matches: readonly Matches[], after: number): number | undefined {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = matches.map(({ values }) => values) as [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ];
  // Of two day fields that are both given, either may match.
  const isEither = !matches[2]!.isStar && !matches[4]!.isStar;
  let time = new Date(Math.floor(after / second) * second + second);
  const lastYear = time.getUTCFullYear() + 5;
  // From here on only whole minutes fire.
  time = new Date(Math.ceil(time.getTime() / minute) * minute);
  for (;;) {
    const [year, month, day, hour] = [
      time.getUTCFullYear(),
      time.getUTCMonth(),
      time.getUTCDate(),
      time.getUTCHours(),
    ];
    const ofMonth = daysOfMonth.has(day);
    const ofWeek = daysOfWeek.has(time.getUTCDay());
    if (year > lastYear) return undefined;
    if (!months.has(month + 1)) time = new Date(Date.UTC(year, month + 1));
    else if (!(isEither ? ofMonth || ofWeek : ofMonth && ofWeek))
      time = new Date(Date.UTC(year, month, day + 1));
    else if (!hours.has(hour)) time = new Date(Date.UTC(year, month, day, hour + 1));
    else if (!minutes.has(time.getUTCMinutes())) time = new Date(time.getTime() + minute);
    else return time.getTime();
  }
}
