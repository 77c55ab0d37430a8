import { dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import { engineTemplate } from './engine.ts';

const pieces = [
  '{{',
  '}}',
  '{{-',
  '-}}',
  ' -}}',
  '{{- ',
  '(',
  ')',
  '|',
  ':=',
  '=',
  ',',
  '.',
  '$',
  '$x',
  '.a',
  '"',
  '`',
  "'",
  '\\',
  '/*',
  '*/',
  '{{/*',
  'if',
  'else',
  'end',
  'range',
  'with',
  'define',
  'template',
  'block',
  'break',
  'continue',
  'nil',
  'true',
  '1',
  '1.',
  '0x',
  '1i',
  '2+3i',
  '1_',
  "'a'",
  "'ab'",
  '"s"',
  '"\\q"',
  'len',
  'unknown',
  '\n',
  '\t',
  ' ',
  '#',
  '%',
  '\x01',
  '\xc3\xa9',
  '\xff',
  '\xe2\x82\xac',
  '-',
  '+',
  '1.2.3',
  '.5e',
  '{{end}}',
  '{{else}}',
  '{{define "d"}}',
  '{{if 1}}',
  '{{range 2}}',
  '{{break}}',
  '$.a.b',
  '.a.$x',
  '1.x',
  'nil.a',
  '(1).a',
  '&',
  '"unclosed',
  '\n{{\n',
];

/** Templates that are mostly wrong: soup of pieces, and good ones with a piece put in or taken out. */
export const syntax: Family = (random) => {
  let template: string;
  if (random.once(2)) template = random.some(12, () => random.pick(pieces)).join(random.pick(['', ' ']));
  else {
    const good = engineTemplate(random);
    const at = random.below(good.length + 1);
    const cut = random.once(2) ? random.below(4) : 0;
    template = good.slice(0, at) + (random.once(2) ? random.pick(pieces) : '') + good.slice(at + cut);
  }
  const custom = random.once(10)
    ? random.pick([
        ['<<', '>>'],
        ['[[', ']]'],
        ['{', '}'],
        ['|', '|'],
        ['$', '$'],
      ])
    : ['', ''];
  if (custom[0] !== '')
    template = template.replaceAll('{{', custom[0] ?? '').replaceAll('}}', custom[1] ?? '');
  const data = dict([
    ['a', 'x'],
    ['b', 1n],
  ]);
  return templateCase({ template, data, left: custom[0] ?? '', right: custom[1] ?? '' });
};
