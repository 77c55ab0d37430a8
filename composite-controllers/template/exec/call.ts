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
  readonly evaluate: (node: Node, parameter: Parameter) => Value;
}

/** Calls a function with its arguments brought to their types. */
export function call(state: State, callee: TemplateFunction, name: ByteText, args: Arguments): Value {
  const nodes = args.nodes.slice(1);
  const { fixed, variadic } = callee;
  const count = nodes.length + (args.final === undefined ? 0 : 1);
  if (variadic !== undefined && count < fixed.length)
    fail(state, 'TooFewArguments', { name, want: fixed.length, got: nodes.length });
  if (variadic === undefined && count !== fixed.length)
    fail(state, 'WrongArguments', { name, want: fixed.length, got: count });
  const parameter = (index: number): Parameter => fixed[index] ?? variadic ?? 'any';
  const values = nodes.map((node, index) => args.evaluate(node, parameter(index)));
  if (args.final !== undefined) values.push(coerce(state, args.final.value, parameter(nodes.length)));
  return invoke(state, callee, name, args.at, values);
}

function invoke(state: State, callee: TemplateFunction, name: ByteText, at: Node, values: Value[]): Value {
  const { run } = state;
  try {
    run.budget.step(1 + values.reduce((sum: number, value) => sum + sizeOf(value), 0));
    const result = callee.call(values, run);
    if (typeof result === 'string') run.budget.make(result.length);
    return result;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    state.node = at;
    throw located(state, error, `error calling ${name}: `);
  }
}

const sizeOf = (value: Value) => (typeof value === 'string' ? value.length >> 6 : 0);

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
  for (const node of nodes) {
    value = args.evaluate(node, 'value');
    if (isTrue(value) === (name === 'or')) return value;
  }
  return args.final === undefined ? value : coerce(state, args.final.value, 'value');
}
