import { layoutParts, months, weekdays } from './layout.ts';
import { type ClockTime, clockTime, type Moment } from './moment.ts';

const two = (value: number) => String(value).padStart(2, '0');
const spaced = (value: number, width: number) => String(value).padStart(width, ' ');

/** The moment by a layout of Go's time package. */
export function formatMoment(moment: Moment, layout: string): string {
  const time = clockTime(moment);
  return layoutParts(layout)
    .map(({ before, piece }) => before + (piece === '' ? '' : show(time, piece)))
    .join('');
}

function show(time: ClockTime, piece: string): string {
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12;
  switch (piece) {
    case '2006':
      return year(time.year);
    case '06':
      return two(Math.max(time.year, 0) % 100);
    case 'January':
      return months[time.month - 1] ?? '';
    case 'Jan':
      return months[time.month - 1]?.slice(0, 3) ?? '';
    case '1':
      return String(time.month);
    case '01':
      return two(time.month);
    case 'Monday':
      return weekdays[time.weekday] ?? '';
    case 'Mon':
      return weekdays[time.weekday]?.slice(0, 3) ?? '';
    case '2':
      return String(time.day);
    case '_2':
      return spaced(time.day, 2);
    case '02':
      return two(time.day);
    case '__2':
      return spaced(time.yearDay, 3);
    case '002':
      return String(time.yearDay).padStart(3, '0');
    case '15':
      return two(time.hour);
    case '3':
      return String(hour12);
    case '03':
      return two(hour12);
    case '4':
      return String(time.minute);
    case '04':
      return two(time.minute);
    case '5':
      return String(time.second);
    case '05':
      return two(time.second);
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return time.abbreviation === '' ? offset(time.offset, '-0700') : time.abbreviation;
    default:
      return /^[.,]/.test(piece) ? fraction(time.nanosecond, piece) : offset(time.offset, piece);
  }
}

function year(value: number): string {
  return value < 0 ? `-${String(-value).padStart(4, '0')}` : String(value).padStart(4, '0');
}

/** Noughts keep all places, nines leave out what ends in noughts. */
function fraction(nanosecond: number, piece: string): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, piece.length - 1)
    .padEnd(piece.length - 1, '0');
  if (piece[1] === '0') return piece[0] + digits;
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : piece[0] + short;
}

function offset(seconds: number, piece: string): string {
  if (piece.startsWith('Z') && seconds === 0) return 'Z';
  const size = Math.abs(seconds);
  const parts = [two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)];
  const colon = piece.includes(':') ? ':' : '';
  const count = piece.replace(/[^0-9]/g, '').length / 2;
  return (seconds < 0 ? '-' : '+') + parts.slice(0, count).join(colon);
}
