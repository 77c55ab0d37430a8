import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import type { Parameter, TemplateFunction } from '../functions/signature.ts';
import type { Node } from '../parse/nodes.ts';
import { isTrue } from '../values/truth.ts';
import type { Value } from '../values/value.ts';
import { coerce } from './coerce.ts';
import { fail, located, type State } from './state.ts';

/** What a function or field is given: nodes, the first of which names it, and the value that is piped in. */
export interface Arguments {
  readonly nodes: readonly Node[];
  /** A box, because what is piped in may be no value. */
  readonly final: { readonly value: Value } | undefined;
  /** The node that an error of the function is shown at. */
  readonly at: Node;
  readonly dot: Value;
  readonly evaluate: (state: State, dot: Value, node: Node, parameter: Parameter) => Value;
}

/** Calls a function with its arguments brought to their types. */
export function call(state: State, callee: TemplateFunction, name: ByteText, args: Arguments): Value {
  const { nodes, final, dot } = args;
  const { fixed, variadic } = callee;
  const written = Math.max(nodes.length - 1, 0);
  const count = written + (final === undefined ? 0 : 1);
  if (variadic !== undefined && count < fixed.length)
    fail(state, 'TooFewArguments', { name, want: fixed.length, got: written });
  if (variadic === undefined && count !== fixed.length)
    fail(state, 'WrongArguments', { name, want: fixed.length, got: count });
  const values: Value[] = [];
  for (let index = 0; index < written; index++) {
    const node = nodes[index + 1];
    if (node !== undefined) values.push(args.evaluate(state, dot, node, fixed[index] ?? variadic ?? 'any'));
  }
  if (final !== undefined) values.push(coerce(state, final.value, fixed[written] ?? variadic ?? 'any'));
  return invoke(state, callee, name, args.at, values);
}

function invoke(state: State, callee: TemplateFunction, name: ByteText, at: Node, values: Value[]): Value {
  const { run } = state;
  try {
    let steps = 1 + values.length;
    for (const value of values) if (typeof value === 'string') steps += value.length >> 6;
    run.budget.step(steps);
    const result = callee.call(values, run);
    if (typeof result === 'string') run.budget.make(result.length);
    return result;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    state.node = at;
    throw located(state, error, `error calling ${name}: `);
  }
}

/** Whether a name is one of the two that are no functions of a table. */
export function isShortCircuit(name: ByteText): name is 'and' | 'or' {
  return name === 'and' || name === 'or';
}

/** `and` and `or`, which look at no argument behind the one that decides. */
export function shortCircuit(state: State, name: 'and' | 'or', args: Arguments): Value {
  const nodes = args.nodes.slice(1);
  if (nodes.length === 0 && args.final === undefined)
    fail(state, 'TooFewArguments', { name, want: 1, got: 0 });
  let value: Value;
  state.run.budget.step(nodes.length);
  for (const node of nodes) {
    value = args.evaluate(state, args.dot, node, 'value');
    if (isTrue(value) === (name === 'or')) return value;
  }
  return args.final === undefined ? value : coerce(state, args.final.value, 'value');
}
