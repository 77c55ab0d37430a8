import { type ByteText, decodeRune, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { type Flags, noFlags } from './format-flags.ts';
import { display, formatValue } from './print.ts';
import { typeName } from './types.ts';
import { type Any, integerOf } from './value.ts';

const largest = 1_000_000n;

/** What is being read: a format, where in it, and which argument is next. */
interface Reader {
  readonly format: ByteText;
  readonly args: readonly Any[];
  at: number;
  next: number;
  reordered: boolean;
  goodIndex: boolean;
  afterIndex: boolean;
}

/** The format with the arguments in it, as Go's Sprintf. Throws {@link CallError} over the budget. */
export function sprintf(format: ByteText, args: readonly Any[], budget: Budget): ByteText {
  const r: Reader = { format, args, at: 0, next: 0, reordered: false, goodIndex: true, afterIndex: false };
  let result = '';
  while (r.at < format.length) {
    const percent = format.indexOf('%', r.at);
    result += percent < 0 ? format.slice(r.at) : format.slice(r.at, percent);
    if (percent < 0) break;
    r.at = percent + 1;
    r.goodIndex = true;
    r.afterIndex = false;
    result += directive(r, budget);
  }
  return r.reordered || r.next >= args.length ? result : result + extra(r, budget);
}

function directive(r: Reader, budget: Budget): ByteText {
  const { format, args } = r;
  const flags = readFlags(r);
  const simple = format[r.at] ?? '';
  if (simple >= 'a' && simple <= 'z' && r.next < args.length) {
    r.at++;
    return print(r, simple, flags, budget);
  }
  let result = '';
  readIndex(r);
  result += readWidth(r, flags);
  if (r.at + 1 < format.length && format[r.at] === '.') result += readPrecision(r, flags);
  if (!r.afterIndex) readIndex(r);
  if (r.at >= format.length) return `${result}%!(NOVERB)`;
  const { rune, size } = decodeRune(format, r.at);
  const verb = encodeRune(rune);
  r.at += size;
  if (verb === '%') return `${result}%`;
  if (!r.goodIndex) return `${result}%!${verb}(BADINDEX)`;
  if (r.next >= args.length) return `${result}%!${verb}(MISSING)`;
  return result + print(r, verb, flags, budget);
}

function print(r: Reader, verb: string, flags: Flags, budget: Budget): ByteText {
  const value = r.args[r.next++] ?? null;
  if (verb === 'v' || verb === 'w') {
    flags.syntax = flags.sharp;
    flags.names = flags.plus;
    flags.sharp = false;
    flags.plus = false;
  }
  return formatValue(value, verb, flags, budget);
}

function readFlags(r: Reader): Flags {
  const flags = noFlags();
  for (; r.at < r.format.length; r.at++) {
    const char = r.format[r.at];
    if (char === '#') flags.sharp = true;
    else if (char === '0') flags.zero = true;
    else if (char === '+') flags.plus = true;
    else if (char === '-') flags.minus = true;
    else if (char === ' ') flags.space = true;
    else break;
  }
  return flags;
}

function readWidth(r: Reader, flags: Flags): string {
  if (r.format[r.at] !== '*') {
    flags.width = readNumber(r);
    if (r.afterIndex && flags.width !== undefined) r.goodIndex = false;
    return '';
  }
  r.at++;
  flags.width = takeInteger(r);
  r.afterIndex = false;
  if (flags.width === undefined) return '%!(BADWIDTH)';
  if (flags.width < 0) {
    flags.width = -flags.width;
    flags.minus = true;
    flags.zero = false;
  }
  return '';
}

function readPrecision(r: Reader, flags: Flags): string {
  r.at++;
  if (r.afterIndex) r.goodIndex = false;
  readIndex(r);
  if (r.format[r.at] !== '*') {
    flags.precision = readNumber(r) ?? 0;
    return '';
  }
  r.at++;
  const precision = takeInteger(r);
  flags.precision = precision === undefined || precision < 0 ? undefined : precision;
  r.afterIndex = false;
  return flags.precision === undefined ? '%!(BADPREC)' : '';
}

/** Decimal digits; too many end the format, as in Go. */
function readNumber(r: Reader): number | undefined {
  let value: number | undefined;
  for (; ; r.at++) {
    const digit = r.format.charCodeAt(r.at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return value;
    if (value !== undefined && value > largest) {
      r.at = r.format.length;
      return undefined;
    }
    value = (value ?? 0) * 10 + digit;
  }
}

/** The next argument as a width or precision. */
function takeInteger(r: Reader): number | undefined {
  if (r.next >= r.args.length) return undefined;
  const value = integerOf(r.args[r.next++]);
  return value === undefined || value > largest || value < -largest ? undefined : Number(value);
}

/** `[3]`: the argument to go on with. */
function readIndex(r: Reader): void {
  r.afterIndex = false;
  if (r.format[r.at] !== '[') return;
  r.reordered = true;
  const end = r.format.indexOf(']', r.at + 1);
  if (r.format.length - r.at < 3 || end < 0) {
    r.goodIndex = false;
    r.at++;
    return;
  }
  const text = r.format.slice(r.at + 1, end);
  r.at = end + 1;
  const index = /^[0-9]{1,7}$/.test(text) ? Number(text) - 1 : undefined;
  if (index !== undefined && index >= 0 && index < r.args.length) r.next = index;
  else r.goodIndex = false;
  r.afterIndex = index !== undefined;
}

function extra(r: Reader, budget: Budget): ByteText {
  const parts = r.args
    .slice(r.next)
    .map((value) => (value === null ? '<nil>' : `${typeName(value)}=${display(value, budget)}`));
  return `%!(EXTRA ${parts.join(', ')})`;
}
