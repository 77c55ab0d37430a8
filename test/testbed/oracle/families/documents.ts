import type { ByteText } from '../../../../providers/kit/json/byte-text.ts';
import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { Random } from '../random.ts';

/** Names of members; several of them mean something in a path. */
export const names = [
  ...[
    'a',
    'b',
    'c',
    'ab',
    'abc',
    'a.b',
    'x',
    'name',
    'last',
    '1',
    '0',
    '',
    'a|b',
    'a*b',
    '@this',
    '@x',
    '!x',
    'ü',
    '日本',
  ],
  ...['q"z', 'sl\\ash', 'é*', '{a', '[0', '#', 'a b', 'deep', 'preserve', '__proto__'],
];
/** Texts of values. */
export const texts = [
  ...[
    '',
    'x',
    'Murphy',
    'true',
    'false',
    '0',
    '1',
    'T',
    'a"b',
    'back\\slash',
    'tab\t',
    'nl\n',
    '<b>&',
    '\u2028',
    'ünï',
    '日本語',
  ],
  ...['😀', '{"a":1}', '[1,2]', 'a.b', '~true', '5', 'aab', '\u0001', '\u007f', '\u00a0', 'a/b', "it's"],
];
/** Numbers as JSON has them. */
export const numbers = [
  ...[
    '0',
    '1',
    '-1',
    '42',
    '5',
    '3.5',
    '1.50',
    '1e3',
    '1E+2',
    '-0',
    '-0.0',
    '9007199254740993',
    '12345678901234567890123',
  ],
  ...['1e21', '1e-7', '0.1', '2.5e-3', '100', '1e20', '123456.7e-10', '4.9e-324', '1.7976931348623157e308'],
];
/** What stands in no JSON, or not there. */
const junk = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    ' ',
    'n',
    't',
    'tru',
    'nan',
    'NaN',
    'inf',
    '+5',
    '-',
    '1_0',
    '\x00',
    '\x80',
    '\xff',
  ],
  ...['\xe2\x82', '(', ')', '//', "'", '\\u12', '\\"', '1e400', '01', '.5', '1.', '\\x'],
];

/** How a document is made. */
export interface Style {
  readonly numbers: readonly string[];
  /** Whether there is space between, and escapes that need not be. */
  readonly spelling: 'plain' | 'varied';
}

const varied: Style = { numbers, spelling: 'varied' };

/** A JSON object as a text, with `damaged` once in a while one that is none. */
export function objectDocument(random: Random, kind: 'valid' | 'damaged'): ByteText {
  const made = toByteText(space(random, varied) + object(random, 3, varied) + space(random, varied));
  return kind === 'damaged' && random.once(6) ? damaged(random, made) : made;
}

/** A JSON text, with `damaged` once in a while one that is none. */
export function document(random: Random, kind: 'valid' | 'damaged'): ByteText {
  const made = toByteText(space(random, varied) + root(random) + space(random, varied));
  return kind === 'damaged' && random.once(3) ? damaged(random, made) : made;
}

function root(random: Random): string {
  switch (random.below(12)) {
    case 0:
      return scalar(random, varied);
    case 1:
      return random.some(4, () => value(random, 3, varied)).join(random.pick(['\n', ' ', '']));
    case 2:
    case 3:
    case 4:
    case 5:
      return array(random, 4, varied);
    default:
      return object(random, 4, varied);
  }
}

function damaged(random: Random, text: ByteText): ByteText {
  let result = text;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(result.length + 1);
    const rest = random.pick([
      random.pick(junk) + result.slice(at),
      result.slice(at + 1 + random.below(3)),
      '',
      result.slice(random.below(result.length + 1)),
    ]);
    result = result.slice(0, at) + rest;
  }
  return result;
}

function space(random: Random, style: Style): string {
  return style.spelling === 'varied' && random.once(4) ? random.pick([' ', '  ', '\n', '\t', '\r\n ']) : '';
}

function quoted(random: Random, text: string, style: Style): string {
  const plain = JSON.stringify(text);
  if (style.spelling === 'plain' || !random.once(6)) return plain;
  const odd = [
    '\\ud83d\\ude00',
    '\\ud83d',
    '\\ude00',
    '\\ud83dx',
    '\\ud83d\\u0041',
    '\\/',
    '\\b\\f',
    '\\u0000',
    '\\uFFFD',
  ];
  return random.once(2)
    ? plain.replace(/[a-z]/, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : `${plain.slice(0, -1)}${random.pick(odd)}"`;
}

function scalar(random: Random, style: Style): string {
  const chosen = random.below(8);
  if (chosen < 3) return quoted(random, random.pick(texts), style);
  return chosen < 6 ? random.pick(style.numbers) : random.pick(['true', 'false', 'null']);
}

function value(random: Random, depth: number, style: Style): string {
  if (depth <= 0 || random.once(3)) return scalar(random, style);
  return random.once(2) ? object(random, depth, style) : array(random, depth, style);
}

/** A JSON object. */
export function object(random: Random, depth: number, style: Style): string {
  const gap = () => space(random, style);
  const member = () =>
    `${gap()}${quoted(random, random.pick(names), style)}${gap()}:${gap()}${value(random, depth - 1, style)}${gap()}`;
  return `{${random.some(4, member).join(',') || gap()}}`;
}

function array(random: Random, depth: number, style: Style): string {
  const gap = () => space(random, style);
  const [first, second] = [random.pick(names), random.pick(names)];
  const alike = () =>
    `{${JSON.stringify(first)}:${value(random, depth - 2, style)},${JSON.stringify(second)}:${value(random, depth - 2, style)}}`;
  const one = random.once(3) ? alike : () => value(random, depth - 1, style);
  return `[${random.some(4, () => gap() + one() + gap()).join(',') || gap()}]`;
}
