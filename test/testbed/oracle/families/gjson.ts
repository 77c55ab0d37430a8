import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { Family } from '../case.ts';
import type { Random } from '../random.ts';
import { document, names, numbers, texts } from './documents.ts';

const modifiers = [
  ...[
    '@this',
    '@reverse',
    '@ugly',
    '@pretty',
    '@valid',
    '@flatten',
    '@join',
    '@keys',
    '@values',
    '@tostr',
    '@fromstr',
    '@group',
  ],
  ...[
    '@dig:a',
    '@dig:name',
    '@dig:#(a==1)',
    '@dig:a.b',
    '@dig:@this',
    '@flatten:{"deep":true}',
    '@flatten:{"deep":"true"}',
  ],
  ...[
    '@flatten:x',
    '@join:{"preserve":true}',
    '@join:{"preserve":1}',
    '@pretty:',
    '@pretty:{"sortKeys":true}',
  ],
  ...[
    '@pretty:{"width":10,"indent":"\t","prefix":" ","sortKeys":true}',
    '@pretty:{"width":0}',
    '@pretty:{"width":-1}',
  ],
  ...['@pretty:{"indent":"    x"}', '@unknown', '@keys:1', '@tostr:"a"'],
];
const literals = [
  ...[
    '!"lit"',
    '!5',
    '!true',
    '!null',
    '!{"a":1}',
    '![1,2]',
    '!x',
    '!-1.5',
    '!TRUE',
    '!nan',
    '!Null',
    '!inf',
    '!"a',
    '!{',
    '!',
  ],
];
const patterns = ['*', '?', '*\\', 'a*b*c', '??', '**a', '*b?', 'a\\*b', '\\\\*'];
const indexes = ['0', '1', '2', '3', '10', '#', '#', '-1', '01', '1a', '#a', 'a#'];
const operators = ['==', '=', '!=', '<', '<=', '>', '>=', '%', '!%', '', '==~', '!=~', '!', '=>', '<>'];
const odd = ['', '@', '!', '{', '[', '#', '.', '|', '\\', '..', '*', '"', ':'];
const operands = [
  ...[
    'true',
    'false',
    'Murphy',
    '"*a*"',
    '"M*"',
    '"?"',
    'x',
    '',
    '~true',
    '"a\\"b"',
    '"\\n"',
    ' "x" ',
    '"~*"',
    '*',
    '"*\\\\"',
    'null',
  ],
];
const labels = ['"k":', 'k:', '"k\\"":', '"bad', 'a b:', '<:', '"":', '"é":'];

/** Paths of the dialect, over documents that have some of their names; some of both are wrong. */
export const gjson: Family = (random) => {
  const text = document(random, 'damaged');
  const found = [...text.matchAll(/"([^"\\]{0,8})"\s*:/g)].map((match) =>
    Buffer.from(match[1] ?? '', 'latin1').toString(),
  );
  const path = changed(random, steps(random, found.slice(0, 3), 2));
  // A path comes out of a manifest, so it is UTF-8.
  return { ask: 'gjson', args: [text, toByteText(path.toWellFormed())] };
};

function steps(random: Random, found: readonly string[], depth: number): string {
  const first = random.once(30) ? '..' : '';
  const all = Array.from({ length: 1 + random.below(4) }, () => step(random, found, depth));
  return first + all.reduce((path, next) => `${path}${random.pick(['.', '.', '.', '|'])}${next}`);
}

function step(random: Random, found: readonly string[], depth: number): string {
  const chosen = random.below(100);
  if (chosen < 50) return name(random, found);
  if (chosen < 72) return `#${query(random, found, depth)}${random.pick(['', '#'])}`;
  if (chosen < 87) return random.pick(modifiers);
  if (chosen < 93 && depth > 0) return several(random, found, depth - 1);
  return random.pick(chosen < 97 ? literals : odd);
}

function name(random: Random, found: readonly string[]): string {
  const chosen = random.below(20);
  if (chosen < 9 && found.length > 0) return escaped(random, random.pick(found));
  if (chosen < 12) return escaped(random, random.pick(names));
  if (chosen >= 15) return random.pick(indexes);
  const some = random.pick(names);
  return random.pick([
    ...patterns,
    `${some.slice(0, 1)}*`,
    `*${some.slice(-1)}`,
    `?${some.slice(1)}`,
    `*${some}*`,
    `${some}\\*`,
  ]);
}

function escaped(random: Random, text: string): string {
  return random.once(7) ? text : text.replace(/[.*?|\\#@!{}[\]()"]/g, '\\$&');
}

function query(random: Random, found: readonly string[], depth: number): string {
  const path =
    depth > 0 && random.once(5)
      ? `#${query(random, found, depth - 1)}`
      : random.once(4)
        ? ''
        : random.once(7)
          ? steps(random, found, 1)
          : name(random, found);
  const operator = random.pick(operators);
  const operand =
    operator === ''
      ? ''
      : random.pick([...operands, JSON.stringify(random.pick(texts)), random.pick(numbers)]);
  const gap = random.once(5) ? ' ' : '';
  const [open, close] = random.once(7) ? ['[', ']'] : ['(', ')'];
  return `${open}${gap}${path}${gap}${operator}${gap}${operand}${gap}${random.once(30) ? '' : close}`;
}

function several(random: Random, found: readonly string[], depth: number): string {
  const [open, close] = random.once(2) ? ['{', '}'] : ['[', ']'];
  const parts = Array.from({ length: 1 + random.below(3) }, () => {
    const label = open === '{' && random.once(3) ? random.pick(labels) : '';
    return label + steps(random, found, depth);
  });
  return open + parts.join(',') + (random.once(20) ? '' : close);
}

/** The path with one character more or less, once in a while. */
function changed(random: Random, path: string): string {
  if (!random.once(8)) return path;
  const at = random.below(path.length + 1);
  const added = random.once(2) ? random.pick([...'.|#()"\\*{}[],:@!~ ']) : '';
  return path.slice(0, at) + added + path.slice(added === '' ? at + 1 : at);
}
