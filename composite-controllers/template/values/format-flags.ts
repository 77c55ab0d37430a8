import { type ByteText, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import { type FloatVerb, formatFloat } from './float-text.ts';
import { canBackquote, quote } from './quote.ts';
import { isPrint, runeCount, runes } from './unicode.ts';

/** What stands between `%` and the verb. */
export interface Flags {
  sharp: boolean;
  zero: boolean;
  plus: boolean;
  minus: boolean;
  space: boolean;
  /** `%#v` */
  syntax: boolean;
  /** `%+v` */
  names: boolean;
  width: number | undefined;
  precision: number | undefined;
}

/** No flags. */
export function noFlags(): Flags {
  return {
    sharp: false,
    zero: false,
    plus: false,
    minus: false,
    space: false,
    syntax: false,
    names: false,
    width: undefined,
    precision: undefined,
  };
}

function padding(count: number, flags: Flags): string {
  return count > 0 ? (flags.zero && !flags.minus ? '0' : ' ').repeat(count) : '';
}

/** The text widened to the width, which counts code points. */
export function pad(text: ByteText, flags: Flags): ByteText {
  if (!flags.width) return text;
  const fill = padding(flags.width - runeCount(text), flags);
  return flags.minus ? text + fill : fill + text;
}

const padSpaces = (text: ByteText, flags: Flags) => pad(text, { ...flags, zero: false });

function truncated(text: ByteText, { precision }: Flags): ByteText {
  if (precision === undefined) return text;
  let count = 0;
  for (const { at } of runes(text)) if (count++ === precision) return text.slice(0, at);
  return text;
}

/** A string by `%s`, `%q`, `%x` or `%X`; undefined for other verbs. */
export function formatText(text: ByteText, verb: string, flags: Flags): ByteText | undefined {
  if (verb === 'v') return formatText(text, flags.syntax ? 'q' : 's', flags);
  if (verb === 's') return pad(truncated(text, flags), flags);
  if (verb === 'q') {
    const short = truncated(text, flags);
    if (flags.sharp && canBackquote(short)) return pad(`\`${short}\``, flags);
    return pad(quote(short, '"', flags.plus ? 'ascii' : 'unicode'), flags);
  }
  return verb === 'x' || verb === 'X' ? hexText(text, verb, flags) : undefined;
}

function hexText(text: ByteText, verb: 'x' | 'X', flags: Flags): ByteText {
  const bytes = text.slice(0, flags.precision ?? text.length);
  if (bytes === '') return padding(flags.width ?? 0, flags);
  const prefix = flags.sharp ? `0${verb}` : '';
  const pairs = [...bytes].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'));
  const hex = flags.space ? pairs.join(` ${prefix}`) : pairs.join('');
  const result = prefix + (verb === 'X' ? hex.toUpperCase() : hex);
  return pad(result, flags);
}

const bases: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** An integer by the verbs for integers; undefined for other verbs. */
export function formatInteger(
  value: bigint,
  verb: string,
  flags: Flags,
  signedness: 'signed' | 'unsigned',
): ByteText | undefined {
  if (verb === 'v' && flags.syntax && signedness === 'unsigned')
    return digitsOf(value, 'x', { ...flags, sharp: true });
  if (bases[verb] !== undefined) return digitsOf(value, verb, flags);
  if (verb !== 'c' && verb !== 'q' && verb !== 'U') return undefined;
  const unsigned = BigInt.asUintN(64, value);
  if (verb === 'U') return unicodeText(unsigned, flags);
  const point = unsigned > 0x10ffffn ? 0xfffd : Number(unsigned);
  const rune = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  if (verb === 'c') return pad(encodeRune(rune), flags);
  return pad(quote(encodeRune(rune), "'", flags.plus ? 'ascii' : 'unicode'), flags);
}

function digitsOf(value: bigint, verb: string, flags: Flags): ByteText {
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  const negative = value < 0n;
  const magnitude = (negative ? -value : value).toString(bases[verb]);
  let least = flags.precision ?? 0;
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined)
    least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  let text = (verb === 'X' ? magnitude.toUpperCase() : magnitude).padStart(least, '0');
  if (flags.sharp && verb === 'b') text = `0b${text}`;
  if (flags.sharp && (verb === 'x' || verb === 'X')) text = `0${verb}${text}`;
  if (flags.sharp && bases[verb] === 8 && !text.startsWith('0')) text = `0${text}`;
  if (verb === 'O') text = `0o${text}`;
  return padSpaces((negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '') + text, flags);
}

function unicodeText(value: bigint, flags: Flags): ByteText {
  const hex = value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0');
  const point = Number(value);
  const shown = flags.sharp && point <= 0x10ffff && isPrint(point) ? ` '${encodeRune(point)}'` : '';
  return padSpaces(`U+${hex}${shown}`, flags);
}

/** A float64 by the verbs for floats; undefined for other verbs. */
export function formatNumber(value: number, verb: string, flags: Flags): ByteText | undefined {
  const [kind, standard] = floatVerbs[verb] ?? [];
  if (kind === undefined || standard === undefined) return undefined;
  const precision = flags.precision ?? standard;
  let text = formatFloat(value, kind, precision);
  if (!/^[+-]/.test(text)) text = `+${text}`;
  if (flags.space && text.startsWith('+') && !flags.plus) text = ` ${text.slice(1)}`;
  if (text[1] === 'I' || text[1] === 'N')
    return padSpaces(text[1] === 'N' && !flags.space && !flags.plus ? text.slice(1) : text, flags);
  if (flags.sharp && verb !== 'b') text = withPoint(text, verb, precision);
  if (!flags.plus && text.startsWith('+')) return pad(text.slice(1), flags);
  const fill = (flags.width ?? 0) - text.length;
  if (flags.zero && !flags.minus && fill > 0) return text.slice(0, 1) + '0'.repeat(fill) + text.slice(1);
  return pad(text, flags);
}

const floatVerbs: Readonly<Record<string, [FloatVerb, number]>> = {
  v: ['g', -1],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
  e: ['e', 6],
  E: ['E', 6],
  f: ['f', 6],
  F: ['f', 6],
};

/** `%#` of a float: always a decimal point, and for some verbs the zeros at the end. */
function withPoint(text: string, verb: string, precision: number): string {
  const hexadecimal = verb === 'x' || verb === 'X';
  const split = text.search(hexadecimal ? /[pP]/ : /[eEpP]/);
  let number = split < 0 ? text : text.slice(0, split);
  const tail = split < 0 ? '' : text.slice(split);
  let missing = 'vgGx'.includes(verb) ? (precision < 0 ? 6 : precision) : 0;
  missing -= number.slice(1).replace('.', '').replace(/^0+/, '').length;
  if (!number.includes('.')) {
    if (number.length === 2 && number[1] === '0') missing--;
    number += '.';
  }
  return number + '0'.repeat(Math.max(missing, 0)) + tail;
}
