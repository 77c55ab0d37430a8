import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Parameter } from '../functions/signature.ts';
import { nodeText } from '../parse/node-text.ts';
import type { CommandNode, IdentifierNode, Node, PipeNode } from '../parse/nodes.ts';
import { quote } from '../values/quote.ts';
import type { Value } from '../values/value.ts';
import { type Arguments, call, isShortCircuit, shortCircuit } from './call.ts';
import { coerce, coerceLiteral, coerceNil, constant } from './coerce.ts';
import { field } from './field.ts';
import { assign, fail, lookUp, type State } from './state.ts';

type Final = Arguments['final'];

/** The value of a pipeline; its variables are declared or assigned. */
export function evaluatePipe(state: State, dot: Value, pipe: PipeNode): Value {
  state.node = pipe;
  let final: Final;
  let value: Value;
  for (const command of pipe.commands) {
    // Nil out of a map or list is no value from here on.
    value = evaluateCommand(state, dot, command, final) ?? undefined;
    final = { value };
  }
  for (const { names } of pipe.declares) {
    const name = names[0] ?? '';
    if (pipe.assigns) assign(state, name, value);
    else state.variables.push({ name, value });
  }
  return value;
}

function evaluateCommand(state: State, dot: Value, command: CommandNode, final: Final): Value {
  state.run.budget.step();
  const [first] = command.args;
  switch (first.kind) {
    case 'field':
      state.node = first;
      return chain(state, first.names, argumentsOf(dot, command.args, final, first), dot);
    case 'chain': {
      const receiver = chainReceiver(state, dot, first);
      return chain(state, first.names, argumentsOf(dot, command.args, final, first), receiver);
    }
    case 'identifier':
      return callNamed(state, first, argumentsOf(dot, command.args, final, command));
    case 'pipe':
      refuseArguments(state, command.args, final);
      return evaluatePipe(state, dot, first);
    case 'variable':
      return variable(state, first, argumentsOf(dot, command.args, final, first));
  }
  state.node = first;
  refuseArguments(state, command.args, final);
  switch (first.kind) {
    case 'bool':
      return first.value;
    case 'dot':
      return dot;
    case 'number':
      return constant(state, first);
    case 'string':
      return first.text;
    default:
      return fail(state, 'NilCommand');
  }
}

function argumentsOf(dot: Value, nodes: readonly Node[], final: Final, at: Node): Arguments {
  return { nodes, final, at, dot, evaluate: evaluateArgument };
}

function refuseArguments(state: State, nodes: readonly Node[], final: Final): void {
  if (nodes.length > 1 || final !== undefined)
    fail(state, 'NotAFunction', { node: nodes[0] === undefined ? '' : nodeText(nodes[0]) });
}

function chainReceiver(state: State, dot: Value, node: Node & { kind: 'chain' }): Value {
  state.node = node;
  if (node.node.kind === 'nil') fail(state, 'NilIndirection', { node: nodeText(node) });
  return operandOf(state, dot, node.node);
}

function variable(state: State, node: Node & { kind: 'variable' }, args: Arguments): Value {
  state.node = node;
  const value = lookUp(state, node.names[0] ?? '');
  if (node.names.length > 1) return chain(state, node.names.slice(1), args, value);
  refuseArguments(state, args.nodes, args.final);
  return value;
}

/** Fields of fields; only the last is given the arguments. */
function chain(state: State, names: readonly ByteText[], args: Arguments, receiver: Value): Value {
  const [first = ''] = names;
  if (names.length === 1) return field(state, receiver, first, args);
  state.run.budget.step(names.length);
  const bare = argumentsOf(args.dot, [], undefined, args.at);
  return names.reduce(
    (value, name, index) => field(state, value, name, index === names.length - 1 ? args : bare),
    receiver,
  );
}

function callNamed(state: State, node: IdentifierNode, args: Arguments): Value {
  state.node = node;
  const { name } = node;
  if (isShortCircuit(name)) return shortCircuit(state, name, args);
  const { functions } = state.run;
  const callee = Object.hasOwn(functions, name) ? functions[name] : undefined;
  return callee === undefined
    ? fail(state, 'UndefinedFunction', { name: quote(name) })
    : call(state, callee, name, args);
}

function evaluateArgument(state: State, dot: Value, node: Node, parameter: Parameter): Value {
  state.node = node;
  switch (node.kind) {
    case 'dot':
      return coerce(state, dot, parameter);
    case 'nil':
      return coerceNil(state, parameter);
    case 'field':
    case 'variable':
    case 'pipe':
    case 'identifier':
    case 'chain':
      return coerce(state, operandOf(state, dot, node), parameter);
    default:
      return coerceLiteral(state, node, parameter);
  }
}

/** The value of an operand that stands alone, with nothing piped in. */
function operandOf(state: State, dot: Value, node: Node): Value {
  state.node = node;
  const alone = argumentsOf(dot, [node], undefined, node);
  switch (node.kind) {
    case 'dot':
      return dot;
    case 'field':
      return chain(state, node.names, alone, dot);
    case 'variable':
      return variable(state, node, alone);
    case 'pipe':
      return evaluatePipe(state, dot, node);
    case 'identifier':
      return callNamed(state, node, alone);
    case 'chain':
      return chain(state, node.names, alone, chainReceiver(state, dot, node));
    default:
      return coerceLiteral(state, node, 'any');
  }
}
