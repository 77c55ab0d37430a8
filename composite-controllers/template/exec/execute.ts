import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError, TemplateError } from '../errors.ts';
import type { BranchNode, Statement, TemplateNode } from '../parse/nodes.ts';
import { display } from '../values/print.ts';
import { quote } from '../values/quote.ts';
import { isTrue } from '../values/truth.ts';
import { typeInError } from '../values/types.ts';
import { integerOf, isObject, sortedNames, type Value } from '../values/value.ts';
import { evaluatePipe } from './evaluate.ts';
import { assign, enter, fail, located, type Run, type State } from './state.ts';

/** How a list of statements ended. */
type Ending = 'done' | 'break' | 'continue';

/** Executes the main template of a run; what it writes is in the run's output. Throws {@link TemplateError}. */
export function execute(run: Run, dot: Value): void {
  const state = enter(run, run.source.name, dot);
  const body = run.source.bodies.get(run.source.name);
  if (body === undefined) fail(state, 'TemplateEmpty', { name: quote(run.source.name) });
  else walk(state, dot, body);
}

function walk(state: State, dot: Value, list: readonly Statement[]): Ending {
  try {
    for (const statement of list) {
      state.run.budget.step();
      const ending = walkOne(state, dot, statement);
      if (ending !== 'done') return ending;
    }
    return 'done';
  } catch (error) {
    // A bound that was passed has no node of its own: it is where execution stands.
    throw error instanceof CallError ? located(state, error) : error;
  }
}

function walkOne(state: State, dot: Value, statement: Statement): Ending {
  switch (statement.kind) {
    case 'text':
      write(state, statement.text);
      return 'done';
    case 'action': {
      const value = evaluatePipe(state, dot, statement.pipe);
      if (statement.pipe.declares.length === 0) print(state, value);
      return 'done';
    }
    case 'break':
    case 'continue':
      return statement.kind;
    case 'if':
    case 'with':
      return walkChoice(state, dot, statement);
    case 'range':
      return walkRange(state, dot, statement);
    case 'template':
      walkTemplate(state, dot, statement);
      return 'done';
  }
}

function write({ run }: State, text: ByteText): void {
  run.budget.output(text.length);
  run.output.push(text);
}

function print(state: State, value: Value): void {
  write(state, value === undefined ? '<no value>' : display(value, state.run.budget));
}

/** Runs a step; the variables that it declares end with it. */
function scoped<T>({ variables }: State, step: () => T): T {
  const before = variables.length;
  const result = step();
  variables.length = before;
  return result;
}

function walkChoice(state: State, dot: Value, node: BranchNode): Ending {
  return scoped(state, () => {
    const value = evaluatePipe(state, dot, node.pipe);
    if (isTrue(value)) return walk(state, node.kind === 'with' ? value : dot, node.list);
    return node.otherwise === undefined ? 'done' : walk(state, dot, node.otherwise);
  });
}

function walkRange(state: State, dot: Value, node: BranchNode): Ending {
  return scoped(state, () => {
    const value = evaluatePipe(state, dot, node.pipe);
    const { declares, assigns } = node.pipe;
    const base = state.variables.length;
    let ran = false;
    for (const [index, element] of elements(state, value, declares.length)) {
      ran = true;
      state.run.budget.step();
      const values = declares.length > 1 ? [index, element] : [element];
      for (const [position, { names }] of declares.entries()) {
        const variable = state.variables[base - declares.length + position];
        if (assigns) assign(state, names[0] ?? '', values[position]);
        else if (variable !== undefined) variable.value = values[position];
      }
      const iteration = walk(state, element, node.list);
      state.variables.length = base;
      if (iteration === 'break') return 'done';
    }
    if (ran || node.otherwise === undefined) return 'done';
    // In Go a break in what stands for an empty range ends this range, though it is another one's by its place.
    const ending = walk(state, dot, node.otherwise);
    return ending === 'break' ? 'done' : ending;
  });
}

/** What a range goes over: indexes or names, and elements. */
function* elements(state: State, value: Value, variables: number): Generator<[Value, Value]> {
  const count = integerOf(value);
  if (count !== undefined) {
    if (variables > 1) fail(state, 'RangeTwoVariables');
    for (let i = 0n; i < count; i++)
      yield [undefined, isObject(value) && value.kind === 'integer' ? { ...value, value: i } : i];
    return;
  }
  if (value === undefined || value === null) return;
  if (isObject(value) && value.kind === 'list') {
    for (let i = 0; i < value.items.length; i++) yield [BigInt(i), value.items[i]];
    return;
  }
  if (!isObject(value) || value.kind !== 'map') return fail(state, 'RangeOver', { type: typeInError(value) });
  // The names and values of the moment: the body may change the map.
  state.run.budget.step(value.entries.size >> 1);
  const members = sortedNames(value).map((name): [Value, Value] => [name, value.entries.get(name)]);
  yield* members;
}

function walkTemplate(state: State, dot: Value, node: TemplateNode): void {
  state.node = node;
  const body = state.run.source.bodies.get(node.name);
  if (body === undefined) fail(state, 'TemplateUndefined', { name: quote(node.name) });
  const value = node.pipe === undefined ? undefined : evaluatePipe(state, dot, node.pipe);
  const inner = enter(state.run, node.name, value);
  inner.node = state.node;
  state.run.budget.nested(() => walk(inner, value, body ?? []));
}

/** Runs a whole execution; what exhausts the engine's own stack is an error of the template. */
export function guarded<T>(name: ByteText, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { message, code } = new CallError('TooDeep');
    throw new TemplateError(
      code,
      { templateName: name, line: 1, column: 0 },
      `template: ${name}: ${message}`,
    );
  }
}
