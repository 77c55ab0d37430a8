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

/** Some text; once in a while not UTF-8. */
export function text(random: Random): string {
  if (random.once(20)) return random.pick(oddBytes);
  if (random.once(3)) return random.some(8, () => random.pick([...'abcXYZ 019-_.,/:=']) ?? '').join('');
  return random.once(10) ? random.pick(texts) + random.pick(texts) : random.pick(texts);
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
