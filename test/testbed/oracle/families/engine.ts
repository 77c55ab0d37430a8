import { dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

/** What may be named where an expression is made. */
interface Scope {
  readonly variables: readonly string[];
  readonly loop: boolean;
  readonly depth: number;
}

const fields = ['.a', '.b', '.c', '.d', '.missing', '.a.b', '.c.key', '.d.a.b', '$.a', '$.b', '.', '$'];
const numbers = [
  '0',
  '1',
  '2',
  '-3',
  '+4',
  '1.5',
  '0x1F',
  '0b101',
  '0o17',
  '017',
  '1_000',
  "'x'",
  "'\\n'",
  "'é'",
  '1e3',
  '.5',
  '0x1p4',
  '1e1000',
  '65536',
  '9223372036854775808',
  '18446744073709551615',
];
const functions = [
  'len',
  'not',
  'print',
  'println',
  'html',
  'js',
  'urlquery',
  'upper',
  'toString',
  'list',
  'first',
  'kindOf',
  'typeOf',
  'default "x"',
  'printf "%v|%d"',
  'and',
  'or',
  'and 1',
  'or 0',
  'eq 1',
  'ne "a"',
  'lt 1',
  'index',
  'index .',
  'call',
  'add 1',
  'trunc 2',
  'dict "a"',
  'toJson',
];

function operand(random: Random, scope: Scope): string {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return random.pick(fields);
    case 3:
      return random.pick(numbers);
    case 4:
      return pools.literal(random, pools.text(random));
    case 5:
      return random.pick(['true', 'false', 'nil']);
    case 6:
      return random.pick(scope.variables) + random.pick(['', '', '.a', '.a.b']);
    case 7:
      return random.pick(['now.Year', 'list', 'dict', 'until 3', '(list 1 2)']).replace('now.Year', 'hello');
    default:
      return scope.depth > 0
        ? `(${pipeline(random, { ...scope, depth: scope.depth - 1 })})${random.pick(['', '', '.a', '.b.c'])}`
        : '.a';
  }
}

function command(random: Random, scope: Scope): string {
  if (random.once(3)) return operand(random, scope);
  return [random.pick(functions), ...random.some(2, () => operand(random, scope))].join(' ');
}

function pipeline(random: Random, scope: Scope): string {
  const stages = [command(random, scope), ...random.some(2, () => random.pick(functions))];
  return stages.join(random.pick([' | ', '|', ' |']));
}

/** Go counts to any number, so a range is not given sums, or numbers out of texts. */
const finite = (words: string) => (/add|0x1F|65536/.test(words) ? '.a' : words);

const declare = ['$x', '$y', '$i'];

function statement(random: Random, scope: Scope): string {
  const open = random.once(5) ? '{{- ' : '{{';
  const close = random.once(5) ? ' -}}' : '}}';
  const inner = { ...scope, depth: scope.depth - 1 };
  const body = (variables = scope.variables, loop = scope.loop) =>
    list(random, { ...inner, variables, loop });
  if (scope.depth <= 0 || random.once(2)) return `${open}${pipeline(random, scope)}${close}`;
  const otherwise = () => (random.once(2) ? '' : `{{else}}${body()}`);
  switch (random.below(9)) {
    case 0:
      return `${open}if ${pipeline(random, scope)}${close}${body()}${random.once(3) ? `{{else if ${pipeline(random, scope)}}}${body()}` : ''}${otherwise()}{{end}}`;
    case 1:
      return `${open}with ${pipeline(random, scope)}${close}${body()}${random.once(4) ? `{{else with ${pipeline(random, scope)}}}${body()}` : ''}${otherwise()}{{end}}`;
    case 2:
      return `${open}range ${random.pick(['.a', '.b', '.c', '.d', '.', '3', 'until 3', finite(pipeline(random, scope))])}${close}${body(scope.variables, true)}${otherwise()}{{end}}`;
    case 3:
      return `{{range $i, $x := ${random.pick(['.a', '.b', '.c', '.d', '.', '$', '2'])}}}${body([...scope.variables, '$i', '$x'], true)}{{end}}`;
    case 4: {
      const name = random.pick(declare);
      return `{{${name} := ${pipeline(random, scope)}}}${list(random, { ...inner, variables: [...scope.variables, name] })}`;
    }
    case 5:
      return `{{${random.pick(scope.variables)} = ${pipeline(random, scope)}}}`;
    case 6:
      return `{{template ${random.pick(['"one"', '"two"', '`one`', '"none"'])}${random.pick(['', ' .', ' .a', ' $'])}}}`;
    case 7:
      return scope.loop ? `{{${random.pick(['break', 'continue'])}}}` : '{{/* note */ -}}';
    default:
      return `{{block "blk${random.below(1000)}" ${pipeline(random, scope)}}}${body(['$'], false)}{{end}}`;
  }
}

function list(random: Random, scope: Scope): string {
  return random
    .some(3, () =>
      random.once(3)
        ? random.pick([' text ', '\n', 'x', ' \t\n ', 'é']).replace('é', '\xc3\xa9')
        : statement(random, scope),
    )
    .join('');
}

/** The same choices, but of the pool of integers only the first. */
const small = (random: Random): Random => ({
  ...random,
  pick: (items) => random.pick(typeof items[0] === 'bigint' ? items.slice(0, 10) : items),
});

/** A template of all actions. */
export function engineTemplate(random: Random): string {
  const scope: Scope = { variables: ['$'], loop: false, depth: 3 };
  const define = random.once(3)
    ? '{{define "one"}}[{{.}}]{{end}}{{define "two"}}{{with .a}}{{template "one" .}}{{end}}{{end}}'
    : '';
  return define + list(random, scope) + statement(random, scope);
}

/** Templates of all actions over data of all kinds; many of them fail somewhere. */
export const engine: Family = (random) => {
  const template = engineTemplate(random);
  const entries = ['a', 'b', 'c', 'd']
    .filter(() => !random.once(6))
    .map((name) => [name, pools.any(small(random), 3)] as const);
  const data = random.once(20) ? pools.any(small(random)) : dict(entries);
  return templateCase({ template, data, missingKey: random.pick(['default', 'zero', 'error'] as const) });
};
