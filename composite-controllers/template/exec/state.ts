import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Context } from '../context.ts';
import { CallError, TemplateError, type TemplateErrorCode, type TemplateErrorDetails } from '../errors.ts';
import type { FunctionTable } from '../functions/signature.ts';
import { nodeText } from '../parse/node-text.ts';
import type { Node, TemplateNode } from '../parse/nodes.ts';
import type { ParsedSource } from '../parse/parser.ts';
import { quote } from '../values/quote.ts';
import type { Value } from '../values/value.ts';

/** What `.missing` on a map is: no value, an empty one, or an error. */
export type MissingKey = 'default' | 'zero' | 'error';

/** What does not change while a template is executed. */
export interface Run extends Context {
  readonly source: ParsedSource;
  readonly functions: FunctionTable;
  readonly missingKey: MissingKey;
  readonly output: ByteText[];
}

interface Variable {
  readonly name: ByteText;
  value: Value;
}

/** Where execution stands: in which template, at which node, with which variables. */
export interface State {
  readonly run: Run;
  readonly template: ByteText;
  readonly variables: Variable[];
  node: Node | TemplateNode | undefined;
}

/** A state at the start of a template, whose only variable is `$`. */
export function enter(run: Run, template: ByteText, dot: Value): State {
  return { run, template, variables: [{ name: '$', value: dot }], node: undefined };
}

/** Assigns to the innermost variable of that name. */
export function assign(state: State, name: ByteText, value: Value): void {
  variableOf(state, name).value = value;
}

/** The value of the innermost variable of that name. */
export function lookUp(state: State, name: ByteText): Value {
  return variableOf(state, name).value;
}

/** Assigning declares a variable for the parser, but not here: as in Go, such a template fails when it comes to it. */
function variableOf(state: State, name: ByteText): Variable {
  const { variables } = state;
  for (let index = variables.length - 1; index >= 0; index--) {
    const variable = variables[index];
    if (variable?.name !== name) continue;
    state.run.budget.step((variables.length - index) >> 6);
    return variable;
  }
  return fail(state, 'NoVariable', { name });
}

/** Throws an error at the node that was looked at last. */
export function fail(state: State, code: TemplateErrorCode, details: TemplateErrorDetails = {}): never {
  throw located(state, new CallError(code, details));
}

/** The error with its place: the node that was looked at last; `prefix` says what was being done. */
export function located(state: State, { code, message }: CallError, prefix = ''): TemplateError {
  const { name, text } = state.run.source;
  if (state.node === undefined)
    return new TemplateError(
      code,
      { templateName: name, line: 1, column: 0 },
      `template: ${name}: ${message}`,
    );
  const before = text.slice(0, state.node.at);
  const line = before.split('\n').length;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  const place = `${name}:${line}:${column}: executing ${quote(state.template)} at <${nodeText(state.node)}>`;
  return new TemplateError(
    code,
    { templateName: name, line, column },
    `template: ${place}: ${prefix}${message}`,
  );
}
