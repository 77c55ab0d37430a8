import {
  type Any,
  dict,
  int64,
  list,
  strings,
} from '../../../../composite-controllers/template/values/value.ts';
import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { Random } from '../random.ts';

const texts = [
  '',
  'a',
  'hello world',
  'Hello, World',
  'foo bar baz qux',
  'fooBarBaz',
  'HTTPServer2Go',
  'snake_case_word',
  'kebab-case--word',
  ' padded ',
  '\ttab\nline\r\n',
  'a,b,,c',
  '/a/b/../c.txt',
  './x//y/.',
  '123',
  '-45',
  '007',
  '0x1F',
  '1_000',
  '3.14',
  '-0.50',
  '1e3',
  'true',
  'false',
  'null',
  '<a href="x">&\'</a>',
  '{"a":1,"b":[true,null,"x"],"c":{"d":2.5e10}}',
  '[1,2,"three",{"four":5}]',
  '{"a":',
  'aGVsbG8=',
  'aGVs\nbG8=',
  'aGVsbG8',
  'MFRGG===',
  'deadBEEF',
  'abc"quoted"\\back`tick`',
  'äöü ß ÄÖÜ',
  'ǆ ǅ Ǆ ﬁ İı',
  '日本語 テキスト',
  'naïve café',
  '😀 smile 😁',
  '\u2028line\u00a0sep',
  'ὈΔΥΣΣΕΎΣ ᾳ',
  'x=1;y=2',
  '%d %s %%',
  '$1 $'.concat('{name}'),
  'a.b.c',
  '_',
  '--',
  'A',
  '99999999999999999999',
  '9223372036854775807',
].map(toByteText);

const oddBytes = ['\xff\xfe', 'ok\xc3', '\xe2\x82', 'a\x00b', '\xf0\x9f\x98', '\x80abc'];

/** First and last characters of blocks whose letters differ in case, width or direction, all of them older than Unicode 15. */
const blocks = [
  [0x20, 0x7e],
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x180, 0x24f],
  [0x250, 0x2af],
  [0x300, 0x36f],
  [0x370, 0x3ff],
  [0x400, 0x52f],
  [0x531, 0x58f],
  [0x5d0, 0x64a],
  [0x660, 0x669],
  [0x904, 0x96f],
  [0xe01, 0xe3a],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13fd],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x20a0, 0x20bf],
  [0x2100, 0x218b],
  [0x2460, 0x24ff],
  [0x2c00, 0x2c7f],
  [0x3000, 0x30ff],
  [0x4e00, 0x4eff],
  [0xa640, 0xa69f],
  [0xa720, 0xa7bf],
  [0xab70, 0xabbf],
  [0xe000, 0xe010],
  [0xfb00, 0xfb06],
  [0xfe00, 0xfe0f],
  [0xff01, 0xff5e],
  [0xfff9, 0xffff],
  [0x10400, 0x1044f],
  [0x1d400, 0x1d4ff],
  [0x1f600, 0x1f64f],
  [0xe0100, 0xe0110],
] as const;

function rune(random: Random): string {
  const [first, last] = random.pick(blocks);
  return String.fromCodePoint(first + random.below(last - first + 1));
}

/** Some text in UTF-8. */
export function utf8Text(random: Random): string {
  if (random.once(3)) return random.some(8, () => random.pick([...'abcXYZ 019-_.,/:='])).join('');
  if (random.once(6))
    return toByteText(random.some(6, () => rune(random)).join(random.pick(['', '', ' ', 'a', '-'])));
  return random.once(10) ? random.pick(texts) + random.pick(texts) : random.pick(texts);
}

/** Some text; once in a while not UTF-8. */
export function text(random: Random): string {
  if (random.once(20))
    return random.once(3) ? utf8Text(random) + random.pick(oddBytes) : random.pick(oddBytes);
  return utf8Text(random);
}

const ints = [
  0n,
  1n,
  2n,
  3n,
  5n,
  10n,
  -1n,
  -2n,
  -7n,
  42n,
  100n,
  255n,
  256n,
  1000n,
  65536n,
  -(2n ** 63n),
  2n ** 63n - 1n,
  2n ** 53n + 1n,
];

export function int(random: Random): bigint {
  return random.once(2) ? BigInt(random.below(12)) : random.pick(ints);
}

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  3.25,
  1e6,
  1e20,
  1e21,
  1e-5,
  123456789,
  0.1,
  1 / 3,
  1e100,
  5e-324,
  1.7976931348623157e308,
  -2.75,
  1234567,
];

export function float(random: Random): number {
  return random.once(3)
    ? (random.below(2000) - 1000) / random.pick([1, 2, 3, 7, 10, 100])
    : random.pick(floats);
}

/** Any value, not deeper than so many levels. */
export function any(random: Random, depth = 2): Any {
  switch (random.below(depth > 0 ? 12 : 7)) {
    case 0:
      return random.once(3) ? null : random.once(2);
    case 1:
      return int(random);
    case 2:
      return int64(int(random));
    case 3:
      return float(random);
    case 4:
    case 5:
    case 6:
      return text(random);
    case 7:
      return strings(random.some(4, () => text(random)));
    case 8:
      return {
        kind: 'map',
        element: 'string',
        entries: new Map(random.some(3, () => [name(random), text(random)] as const)),
      };
    case 9:
    case 10:
      return list(random.some(4, () => any(random, depth - 1)));
    default:
      return map(random, depth - 1);
  }
}

/** A list of texts, numbers or anything. */
export function anyList(random: Random): Any {
  if (random.once(3)) return strings(random.some(5, () => text(random)));
  return list(random.some(5, random.once(2) ? () => int(random) : () => any(random, 1)));
}

/** A map to any values. */
export function map(random: Random, depth = 1): Any {
  return dict(random.some(4, () => [name(random), any(random, depth)] as const));
}

const names = ['a', 'b', 'c', 'd', 'key', 'other', 'x-y', 'a.b', 'ä', '', 'A'].map(toByteText);

export const name = (random: Random) => random.pick(names);

/** The text as a literal of the template language. */
export function literal(random: Random, value: string): string {
  const plain = /^[ -~]*$/.test(value) && !/["\\]/.test(value);
  if (plain && !value.includes('`') && random.once(4)) return `\`${value}\``;
  const escaped = [...value].map((char) =>
    /[ -!#-[\]-~]/.test(char) ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped.join('')}"`;
}
