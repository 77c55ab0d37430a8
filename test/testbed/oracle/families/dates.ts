import { dict, int64 } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

const pieces = [
  'January',
  'Jan',
  '1',
  '01',
  'Monday',
  'Mon',
  '2',
  '_2',
  '02',
  '002',
  '__2',
  '2006',
  '06',
  '15',
  '3',
  '03',
  '4',
  '04',
  '5',
  '05',
  'PM',
  'pm',
  'MST',
  '-0700',
  '-07:00',
  '-07',
  '-070000',
  '-07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
  '.000',
  ',000',
  '.999',
  '.999999999',
  '.0',
  '_2006',
  'Janet',
  'Month',
  '20',
  '07',
  '2016',
];
const layouts = [
  '2006-01-02',
  '2006-01-02T15:04:05Z07:00',
  '2006-01-02T15:04:05.999999999Z07:00',
  'Mon Jan _2 15:04:05 MST 2006',
  'Monday, 02-Jan-06 15:04:05 MST',
  'Mon, 02 Jan 2006 15:04:05 -0700',
  '3:04PM',
  '15:04:05.000',
  '2006-002',
  '02 Jan 06 15:04',
];
const zones = [
  'UTC',
  'Local',
  '',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
  'America/Sao_Paulo',
  'Nowhere/City',
  'europe/berlin',
  'EST',
  'Etc/GMT+3',
  'Asia/Kathmandu',
];
const spans = [
  '1h',
  '-1h30m',
  '1.5s',
  '24h',
  '-0.5h',
  '100ms',
  '1us',
  '2µs',
  '3ns',
  'x',
  '',
  '1',
  '1d',
  '10000h',
  '-876000h',
];

function layout(random: Random): string {
  if (random.once(2)) return random.pick(layouts);
  return random.some(5, () => random.pick(pieces) + random.pick(['', ' ', '-', ':', '/', 'T', 'x'])).join('');
}

/** Seconds since 1970 from 1975 to 2037: what clocks are called is known for the present rules. */
const seconds = (random: Random) =>
  BigInt(
    random.once(2) ? 1_577_836_800 + random.below(158_000_000) : 1_577_836_800 + random.below(600) * 86_400,
  );

function written(random: Random): string {
  const two = (limit: number) => String(random.below(limit)).padStart(2, '0');
  const date = `${1950 + random.below(120)}-${two(14)}-${two(33)}`;
  const clock = `${two(26)}:${two(61)}:${two(61)}${random.pick(['', '', '.5', ',123456', '.1234567891'])}`;
  return random.pick([
    date,
    `${date}T${clock}${random.pick(['Z', '+02:00', '-0330', '', '+25:00'])}`,
    `Mon Jan ${two(33)} ${clock} ${random.pick(['UTC', 'CET', 'GMT+3', 'MST', '+05', 'X', 'ABCDE', 'CEST'])} 2021`,
    `Tuesday, ${two(32)}-feb-${two(100)} ${clock} ${random.pick(['UTC', 'EST'])}`,
    `Fri, ${two(32)} Mar ${1990 + random.below(50)} ${clock} +0100`,
    `${random.below(14)}:${two(60)}${random.pick(['AM', 'PM', 'pm', ''])}`,
    clock,
    `2021-${String(random.below(380)).padStart(3, '0')}`,
    pools.text(random),
  ]);
}

/** Functions of times that do not ask for the present. */
export const dates: Family = (random) => {
  const literal = (value: string) => pools.literal(random, Buffer.from(value).toString('latin1'));
  const method = () =>
    random.pick([
      'Year',
      'Month',
      'Day',
      'Hour',
      'Minute',
      'Second',
      'Nanosecond',
      'YearDay',
      'Weekday',
      'Unix',
      'UnixNano',
      'UnixMilli',
      'UTC',
      'String',
      'IsZero',
      'Local',
      'Format "Jan 2"',
      'AddDate 0 1 -3',
      'AddDate 1 -14 40',
      'Truncate 3600000000000',
      'Round 60000000000',
      'Add 1500000000',
      'Sub $.t',
      'nothing',
      'Before $.t',
    ]);
  const time = `(toDate ${literal(random.pick(layouts))} ${literal(written(random))})`;
  const used = random.pick([
    `dateInZone ${literal(layout(random))} .s ${literal(random.pick(zones))}`,
    `date ${literal(layout(random))} .n`,
    `htmlDateInZone .s ${literal(random.pick(zones))}`,
    `htmlDate .n`,
    `toDate ${literal(layout(random))} ${literal(written(random))}`,
    `mustToDate ${literal(random.pick(layouts))} ${literal(written(random))}`,
    `${time} | date ${literal(layout(random))}`,
    `${time} | dateModify ${literal(random.pick(spans))} | dateInZone ${literal(layout(random))} | printf "%v"`,
    `${time} | mustDateModify ${literal(random.pick(spans))}`,
    `unixEpoch ${time}`,
    `duration ${random.pick(['.s', '.n', literal(random.pick([...spans, '95', '3600', '-7', '99999999999999999999'])), '.f'])}`,
    `durationRound ${random.pick(['.s', '.n', literal(random.pick(spans))])}`,
    `${time}.${method().replace('$.t', time)}`,
    `(${time}.Sub ${time}).${random.pick(['Hours', 'Minutes', 'Seconds', 'Milliseconds', 'String', 'Abs', 'Round 1000000000', 'Truncate 7000000000'])}`,
  ]);
  const data = dict([
    ['s', int64(seconds(random))],
    ['n', seconds(random)],
    ['f', pools.float(random)],
  ]);
  return templateCase({ template: `{{ $r := ${used} }}{{ printf "%T %v" $r $r }} {{ toJson $r }}`, data });
};
