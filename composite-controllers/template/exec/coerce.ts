import type { Parameter, ParameterValues } from '../functions/signature.ts';
import { nodeText } from '../parse/node-text.ts';
import type { Node, NumberNode } from '../parse/nodes.ts';
import { typeInError, typeName } from '../values/types.ts';
import { dict, isObject, nilList, type Value } from '../values/value.ts';
import { fail, type State } from './state.ts';

/** The Go types of parameters, as errors name them. */
const types: Readonly<Record<Parameter, string>> = {
  any: 'interface {}',
  value: 'reflect.Value',
  string: 'string',
  bool: 'bool',
  int: 'int',
  uint32: 'uint32',
  float64: 'float64',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  time: 'time.Time',
  duration: 'time.Duration',
  version: '*semver.Version',
  certificate: 'sprig.certificate',
};

/** Nil as a value of the parameter's type; undefined where the type has no nil. */
const nils: { readonly [P in Parameter]?: () => ParameterValues[P] } = {
  any: () => null,
  value: () => undefined,
  map: () => ({ ...dict(), nil: true }),
  list: () => nilList('interface {}'),
};

/** The value as an argument for a parameter of the type; there are no conversions. */
export function coerce(state: State, value: Value, parameter: Parameter): Value {
  if (value === undefined) {
    const nil = nils[parameter];
    return nil === undefined ? fail(state, 'InvalidValue', { type: types[parameter] }) : nil();
  }
  if (parameter === 'any' || parameter === 'value') return value;
  if (typeName(value) === types[parameter]) return plain(value, parameter);
  return fail(state, 'WrongType', { type: types[parameter], got: typeInError(value) });
}

/** Numbers reach functions as bigint, whatever their type. */
function plain(value: Value, parameter: Parameter): Value {
  return (parameter === 'uint32' || parameter === 'duration') && isObject(value) && value.kind === 'integer'
    ? value.value
    : value;
}

/** `nil` written as an argument. */
export function coerceNil(state: State, parameter: Parameter): Value {
  const nil = nils[parameter];
  return nil === undefined ? fail(state, 'NilAssigned', { type: types[parameter] }) : nil();
}

/** A literal as an argument for a parameter of the type. */
export function coerceLiteral(state: State, node: Node, parameter: Parameter): Value {
  const wrong = (type: string) => fail(state, 'ExpectedLiteral', { type, node: nodeText(node) });
  const number = node.kind === 'number' ? node : undefined;
  switch (parameter) {
    case 'any':
    case 'value':
      return literal(state, node) ?? fail(state, 'CannotAssign', { node: nodeText(node) });
    case 'bool':
      return node.kind === 'bool' ? node.value : wrong('bool');
    case 'string':
      return node.kind === 'string' ? node.text : wrong('string');
    case 'int':
    case 'duration':
      return number?.int ?? wrong('integer');
    case 'uint32':
      return number?.uint === undefined ? wrong('unsigned integer') : BigInt.asUintN(32, number.uint);
    case 'float64':
      return number?.float ?? wrong('float');
    default:
      return fail(state, 'CannotHandle', { node: nodeText(node), type: types[parameter] });
  }
}

function literal(state: State, node: Node): Value {
  switch (node.kind) {
    case 'bool':
      return node.value;
    case 'string':
      return node.text;
    case 'number':
      return constant(state, node);
    default:
      return undefined;
  }
}

/** The value of a number literal that nothing asks a type of. */
export function constant(state: State, node: NumberNode): bigint | number {
  state.node = node;
  const { text, int, float } = node;
  const integral = text.startsWith("'") || (/^0[xX]./.test(text) && !/[pP]/.test(text));
  if (float !== undefined && !integral && /[.eEpP]/.test(text)) return float;
  return int ?? fail(state, 'IntOverflow', { text });
}
