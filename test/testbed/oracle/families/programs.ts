import { type Any, dict, list } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';
import { calls, type Type } from './program-calls.ts';

const types: readonly Type[] = ['text', 'text', 'int', 'bool', 'list', 'map'];

/** What may be named where an expression stands: variables by their types; `$` and its fields are not there in defined templates. */
interface Scope {
  readonly variables: readonly (readonly [name: string, type: Type])[];
  readonly depth: number;
  readonly loop: boolean;
  readonly root: boolean;
}

const argumentTypes: Readonly<Record<string, Type>> = { T: 'text', I: 'int', B: 'bool', L: 'list', M: 'map' };

/** An expression that stands as an argument. */
function argument(random: Random, type: Type, scope: Scope): string {
  const known = scope.variables.filter((variable) => variable[1] === type).map(([name]) => name);
  if (known.length > 0 && random.once(3)) return random.pick(known);
  if (scope.depth <= 0 || random.once(3)) return simple(random, type, scope);
  return `(${expression(random, type, scope)})`;
}

function simple(random: Random, type: Type, { root }: Scope): string {
  const field = root && !random.once(3);
  switch (type) {
    case 'text':
      return field ? random.pick(['$.t', '$.m.a', '$.s']) : pools.literal(random, pools.text(random));
    case 'int':
      return field ? '$.i' : String(random.below(12));
    case 'bool':
      return field ? '$.b' : random.pick(['true', 'false']);
    case 'list':
      return field ? random.pick(['$.l', '$.e']) : '(list)';
    case 'map':
      return field ? '$.m' : '(dict)';
  }
}

function expression(random: Random, type: Type, scope: Scope): string {
  const inner = { ...scope, depth: scope.depth - 1 };
  const call = random
    .pick(calls[type])
    .replace(/\b[TIBLMA]\b/g, (name) => argument(random, argumentTypes[name] ?? random.pick(types), inner));
  // The last argument may be piped in.
  const [piped] = /(?<=^\w+ .*) (?:\.?\$?[\w.]+)$/.exec(call) ?? [];
  if (piped === undefined || call.includes('|') || !random.once(2)) return call;
  return `${piped.trim()} | ${call.slice(0, -piped.length)}`;
}

function action(random: Random, words: string): string {
  return `{{${random.once(6) ? '- ' : ''}${words}${random.once(6) ? ' -' : ''}}}`;
}

function statement(random: Random, scope: Scope): string {
  const inner = { ...scope, depth: scope.depth - 1 };
  const value = (type: Type = random.pick(types)) => expression(random, type, inner);
  const body = (more: Scope['variables'] = [], loop = scope.loop) =>
    statements(random, { ...inner, loop, variables: [...scope.variables, ...more] });
  const otherwise = () => (random.once(2) ? `{{else}}${body()}` : '');
  if (scope.depth <= 0 || random.once(2)) return action(random, value());
  switch (random.below(9)) {
    case 0:
      return `${action(random, `if ${value()}`)}${body()}${random.once(3) ? `{{else if ${value()}}}${body()}` : ''}${otherwise()}{{end}}`;
    case 1:
      return `{{with $w := ${value('text')}}}${body([['$w', 'text']])}[{{.}}]${otherwise()}{{end}}`;
    case 2:
      return `${action(random, `range ${random.once(4) ? random.below(5) : value(random.pick(['list', 'list', 'map']))}`)}${body([], true)}{{.}}${otherwise()}{{end}}`;
    case 3:
      return `{{range $k, $v := ${value('map')}}}{{$k}}={{$v}};${body([['$k', 'text']], true)}{{end}}`;
    case 4:
      return `{{range $n, $v := ${value('list')}}}{{$n}}:{{$v}} ${body([['$n', 'int']], true)}${otherwise()}{{end}}`;
    case 5: {
      const type = random.pick(types);
      const name = `$${random.pick([...'xyz'])}`;
      const assigned = random.once(2) ? `{{if ${value()}}}{{${name} = ${value(type)}}}{{end}}` : '';
      return `{{${name} := ${value(type)}}}${assigned}${body([[name, type]])}{{${name}}}`;
    }
    case 6:
      return `{{template "${random.pick(['one', 'two'])}" ${argument(random, random.pick(types), inner)}}}`;
    case 7:
      return scope.loop
        ? `{{if ${value('bool')}}}{{${random.pick(['break', 'continue'])}}}{{end}}`
        : '{{/* note */ -}}';
    default:
      return `{{block "b${random.below(1000)}" ${argument(random, 'text', inner)}}}${statements(random, { ...inner, variables: [], loop: false, root: false })}{{.}}{{end}}`;
  }
}

function statements(random: Random, scope: Scope): string {
  const text = [' text ', '\n', 'x: ', ' \t\n ', '\xc3\xa9', '  - '];
  return random.some(3, () => (random.once(3) ? random.pick(text) : statement(random, scope))).join('');
}

/** Templates in which types mostly fit, so that most of them come to their end. */
export const programs: Family = (random) => {
  const scope: Scope = { variables: [], loop: false, depth: 3, root: true };
  const defined =
    '{{define "one"}}<{{.}}>{{end}}{{define "two"}}{{range $x := list . 1}}{{template "one" $x}}{{else}}none{{end}}{{end}}';
  const member = (): Any => (random.once(2) ? pools.text(random) : pools.any(random, 1));
  const data = dict([
    ['t', pools.text(random)],
    ['s', pools.text(random)],
    ['i', BigInt(random.below(40) - 5)],
    ['b', random.once(2)],
    ['l', list(random.some(4, member))],
    ['e', list(random.some(4, () => pools.text(random)))],
    [
      'm',
      dict([['a', pools.text(random)], ...random.some(3, () => [pools.name(random), member()] as const)]),
    ],
  ]);
  return templateCase({ template: defined + statements(random, scope) + statement(random, scope), data });
};
