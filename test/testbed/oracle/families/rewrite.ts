import { type List, list, strings } from '../../../../composite-controllers/template/values/value.ts';
import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { Family } from '../case.ts';
import type { Random } from '../random.ts';
import * as documents from './documents.ts';
import { expression } from './notations.ts';
import { key, textMap } from './values.ts';

/** Replacements, with `%` for the dollar sign. */
const targets =
  'x new-%1 %1 %{1}x %1x %% % %{n} %n %{n %0-%2 %{0} %- %{} %01 %{01} %é _ %1%1 %10 %{10} a% %_1 %%{1} %٣ %99999999999999999999 ü%{1}日'
    .split(' ')
    .concat('', '% 1', '%{1 }')
    .map((target) => toByteText(target.replaceAll('%', '$')));

const sources = [
  ...[
    '(.*)',
    '.*',
    '-',
    '^my/(.*?)/bar/(.*)$',
    'f(?P<n>.*)o',
    'f(.*)o',
    '^',
    '$',
    '',
    'a*',
    '(a)|(b)',
    '(?i)k',
    '[/.]',
    '\\W',
    'x*',
  ],
];

/** Templates whose result over UTF-8 is UTF-8. */
const templates = [
  ...[
    '{{ .value }}',
    '{{ .value | upper }}',
    '{{ .value | lower | replace "-" "_" }}',
    'x-{{ .value }}',
    '{{ .value | b64enc }}',
  ],
  ...[
    '{{ .value | snakecase }}',
    '{{ .value | trimPrefix "foo" }}',
    '{{ .value | sha256sum | trunc 8 }}',
    '{{ .missing }}{{ .value }}',
  ],
  ...[
    '{{ index (splitList "/" .value) 0 }}',
    '{{ .value | title }}',
    '{{ if contains "a" .value }}a{{ else }}{{ .value }}{{ end }}',
  ],
  ...[
    '{{ .value | regexReplaceAll "[^a-z]+" "-" }}',
    '{{ last (splitList "/" .value) }}',
    '{{ .value | atoi }}',
    '{{ .value',
    '{{ fail "x" }}',
  ],
  ...[
    '{{ $x := .value }}{{ printf "%s_%d" $x (len $x) }}',
    '{{ .value.x }}',
    '{{ .value | quote }}',
    '{{ .value | camelcase }}',
  ],
];

/** Numbers that float64 keeps as they are written: ours keep the text of all, where ESO rounds. */
const numbers = ['0', '1', '-1', '42', '3.5', '0.1', '123456', '9007199254740991', '-2.75'];

function operation(random: Random): List {
  switch (random.below(8)) {
    case 0:
    case 1:
      return list(['transform', random.pick(templates)]);
    case 2:
      return merge(random);
    default:
      return list(['regexp', random.once(3) ? random.pick(sources) : expression(random), target(random)]);
  }
}

function target(random: Random): string {
  return random.once(3) ? random.pick(targets) + random.pick(targets) : random.pick(targets);
}

function merge(random: Random): List {
  return list([
    'merge',
    random.pick(['', 'merged', 'a', 'merged']),
    strings(random.some(2, () => key(random))),
    random.pick(['', 'Strict', 'IgnoreNotFound', 'IgnoreNotFound']),
    random.pick(['', 'Error', 'Ignore', 'Ignore']),
    random.pick(['', 'Extract', 'JSON']),
  ]);
}

/** Maps of JSON values, mostly objects, after up to three operations. */
export const rewrite: Family = (random) => {
  const style = { numbers, spelling: 'plain' } as const;
  const value = () =>
    random.once(40)
      ? documents.document(random, 'damaged').replace(/[0-9.][0-9.e+-]*/gi, '1')
      : toByteText(documents.object(random, 2, style));
  const operations = [operation(random), ...random.some(2, () => operation(random))];
  return { ask: 'rewrite', args: [textMap(random, 4, value), list(operations)] };
};
