import { dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

/** Values as YAML. */
export const toYaml: Family = (random) => {
  const value = random.once(4) ? longText(random) : pools.any(random, 4);
  return templateCase({
    template: '{{ .v | toYaml }}',
    data: dict([
      ['v', value],
      ['k', 'x'],
    ]),
  });
};

function longText(random: Random): string {
  return Array.from({ length: random.below(30) }, () => pools.text(random)).join(
    random.pick([' ', '  ', '\n', ' \n', '\n ', '']),
  );
}

const scalars = [
  'a',
  'yes',
  'No',
  'on',
  'y',
  '~',
  'null',
  '',
  '12',
  '-3',
  '0x1F',
  '0o17',
  '017',
  '0b11',
  '1_000',
  '1.5',
  '.5',
  '1e3',
  '.inf',
  '-.INF',
  '.nan',
  '2001-12-14',
  '2001-12-14t21:59:43.10-05:00',
  '12:30:45',
  'a b',
  "'q'",
  '"d\\n\\x41"',
  "'it''s'",
  '"a: b"',
  'a:b',
  '- x',
  '+1',
  '1.',
  '99999999999999999999',
  '18446744073709551615',
  '!!str 5',
  '!!int 7',
  '"5"',
  '<<',
  '0.1',
  '=',
  'x#y',
  '"\\u00e9"',
  'a\x07b',
  '&x one',
  '*x',
  '&x-1_Y [2]',
  '&\xc3\xa9 1',
  "'\x00'",
  '"\x7f"',
];

function node(random: Random, indent: number, depth: number): string {
  const pad = ' '.repeat(indent);
  switch (random.below(depth > 0 ? 6 : 2)) {
    case 0:
    case 1:
      return ` ${random.pick(scalars)}\n`;
    case 2:
      return `\n${Array.from({ length: 1 + random.below(3) }, () => `${pad}-${node(random, indent + 2, depth - 1)}`).join('')}`;
    case 3:
      return ` ${random.pick(['|', '>', '|-', '>-', '|+'])}\n${pad}line one\n${pad}  two\n\n${pad}three\n`;
    case 4:
      return ` ${random.pick(['[1, a, yes]', '{a: 1, b: [x]}', '{}', '[]', '{"q": 1.50}', '[a, [b, {c: d}]]'])}\n`;
    default:
      return `\n${map(random, indent, depth - 1)}`;
  }
}

const keys = ['a', 'b', 'c', 'key', '"q k"', '5', '1.5', 'true', 'x-y', '~', "'s'", '1e20', '0x10'];

function map(random: Random, indent: number, depth: number): string {
  const pad = ' '.repeat(indent);
  const used = ['first', ...new Set(random.some(3, () => random.pick(keys)))];
  return used.map((key) => `${pad}${key}:${node(random, indent + 2, depth)}`).join('');
}

/**
 * YAML texts in UTF-8; go-yaml would read UTF-16 too, pass over what stands behind a root in brackets or quotes, and end lines at
 * U+2028 and U+2029. No key stands twice in a map: what is overwritten there is an error to us, and nothing to go-yaml.
 */
function document(random: Random): string {
  const text = random.once(12)
    ? readable(pools.text(random).replace(/^(?:\xff\xfe|[[{"']).*/s, ''))
    : map(random, 0, 3);
  const end = random.once(12)
    ? `\n...${random.pick(['\n', ' ', '\t', '\r\n'])}${pools.utf8Text(random)}`
    : '';
  return `${random.pick(['', '', '---\n', '# note\n'])}${text}${readable(end)}`;
}

const readable = (text: string) => text.replace(/\xe2\x80[\xa8\xa9]/g, '');

/** Such texts as maps. */
export const fromYaml: Family = (random) => {
  return templateCase({
    template:
      '{{ $v := fromYaml .t }}{{ if hasKey $v "Error" }}error{{ else }}{{ $v | toJson }}|{{ $v }}{{ end }}',
    data: dict([
      ['t', document(random)],
      ['k', 1n],
    ]),
  });
};

/** Numbers of all sizes, as YAML and JSON write them. */
function number(random: Random): string {
  const digits = (most: number) =>
    Array.from({ length: 1 + random.below(most) }, () => String(random.below(10))).join('');
  const text = random.pick([
    digits(6),
    digits(21),
    `9${random.pick(['007199254740', '223372036854775', '22337203685477580'])}${digits(3)}`,
    `${digits(3)}.${digits(6)}`,
    `${digits(4)}.${'0'.repeat(random.below(7))}${digits(2)}`,
    `0.${'0'.repeat(random.below(9))}${digits(3)}`,
    `${digits(2)}.${digits(2)}e${random.pick(['', '+', '-'])}${random.below(25)}`,
    `${digits(1)}e${random.below(400)}`,
    `0x${digits(16)}`,
    `${digits(2)}_${digits(3)}`,
  ]);
  return random.pick(['', '', '', '-', '+']) + text;
}

/** Documents as the content of a target of another kind, many with numbers at the bounds of float64 and int64. */
export const content: Family = (random) => {
  if (random.once(3)) return { ask: 'content', args: [document(random)] };
  const lines = Array.from({ length: 1 + random.below(4) }, (_, index) => `k${index}: ${number(random)}\n`);
  return { ask: 'content', args: [lines.join('')] };
};
