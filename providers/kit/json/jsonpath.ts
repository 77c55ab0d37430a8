import { JsonError } from './json-error.ts';
import {
  type Comparison,
  type Operand,
  type PathStep,
  parsePath,
  type Selector,
  type Test,
} from './jsonpath-parse.ts';
import type { JsonNode } from './tokenizer.ts';

/** What a path leads to: one value, or where it may lead to several (`*`, `..`, slices, filters, lists) all of them. */
export type PathResult =
  | { readonly kind: 'one'; readonly node: JsonNode }
  | { readonly kind: 'many'; readonly nodes: readonly JsonNode[] };

/** Values that one path may look at. */
const workLimit = 1 << 20;

/**
 * Follows a JSONPath in the dialect of PaesslerAG/jsonpath (spec providers 9.3), as far as it is names, positions, slices,
 * `*`, `..` and filters that compare; there is no arithmetic, no `=~`, no function. Members come in the document's order, and a
 * negative position counts from the end. Undefined when a single value is asked for that is not there. Throws
 * {@link JsonError} `NoPlace` for a path that makes no sense, `TooComplex`, `TooDeep`.
 */
export function followPath(root: JsonNode, path: string): PathResult | undefined {
  const steps = parsePath(path);
  let left = workLimit;
  const walk: Walk = {
    root,
    spend() {
      if (--left < 0) throw new JsonError('TooComplex');
    },
  };
  const nodes = follow(walk, root, steps);
  if (!steps.every(isSingle)) return { kind: 'many', nodes };
  const [node] = nodes;
  return node === undefined ? undefined : { kind: 'one', node };
}

interface Walk {
  readonly root: JsonNode;
  readonly spend: () => void;
}

function isSingle({ deep, selectors: [first, second] }: PathStep): boolean {
  return !deep && second === undefined && (first?.kind === 'name' || first?.kind === 'index');
}

function follow(walk: Walk, from: JsonNode, steps: readonly PathStep[]): JsonNode[] {
  let nodes = [from];
  for (const { deep, selectors } of steps) {
    const starts = deep ? nodes.flatMap((node) => withDescendants(walk, node)) : nodes;
    nodes = starts.flatMap((node) => selectors.flatMap((selector) => select(walk, node, selector)));
  }
  return nodes;
}

function withDescendants(walk: Walk, node: JsonNode): JsonNode[] {
  const found: JsonNode[] = [];
  const add = (each: JsonNode) => {
    walk.spend();
    found.push(each);
    for (const child of childrenOf(each)) add(child);
  };
  add(node);
  return found;
}

/** Of equal names the last, as Go's decoder has it. */
function childrenOf(node: JsonNode): readonly JsonNode[] {
  if (node.kind === 'array') return node.items;
  if (node.kind !== 'object') return [];
  return [...new Map(node.members.map(({ name, value }) => [name, value])).values()];
}

function select(walk: Walk, node: JsonNode, selector: Selector): readonly JsonNode[] {
  walk.spend();
  switch (selector.kind) {
    case 'name': {
      if (node.kind === 'array' && /^\d+$/.test(selector.name))
        return itemAt(node.items, Number(selector.name));
      if (node.kind !== 'object') return [];
      const found = node.members.findLast(({ name }) => name === selector.name);
      return found === undefined ? [] : [found.value];
    }
    case 'index':
      return node.kind === 'array' ? itemAt(node.items, selector.index) : [];
    case 'all':
      return childrenOf(node);
    case 'slice':
      return node.kind === 'array' ? slice(node.items, selector) : [];
    case 'filter':
      return childrenOf(node).filter((child) => {
        walk.spend();
        return holds(walk, child, selector.test);
      });
  }
}

function itemAt(items: readonly JsonNode[], index: number): JsonNode[] {
  const item = items[index < 0 ? items.length + index : index];
  return item === undefined ? [] : [item];
}

function slice(
  items: readonly JsonNode[],
  { start, end, step }: Extract<Selector, { kind: 'slice' }>,
): JsonNode[] {
  if (step === 0) return [];
  const { length } = items;
  const bound = (given: number | undefined, otherwise: number) =>
    given === undefined ? otherwise : given < 0 ? given + length : given;
  const first = Math.max(
    step > 0 ? 0 : -1,
    Math.min(bound(start, step > 0 ? 0 : length - 1), step > 0 ? length : length - 1),
  );
  const last = Math.max(-1, Math.min(bound(end, step > 0 ? length : -1), length));
  const taken: JsonNode[] = [];
  for (let at = first; step > 0 ? at < last : at > last; at += step) {
    const item = items[at];
    if (item !== undefined) taken.push(item);
  }
  return taken;
}

function holds(walk: Walk, node: JsonNode, test: Test): boolean {
  switch (test.kind) {
    case 'and':
      return holds(walk, node, test.left) && holds(walk, node, test.right);
    case 'or':
      return holds(walk, node, test.left) || holds(walk, node, test.right);
    case 'not':
      return !holds(walk, node, test.test);
    case 'exists': {
      const value = scalarOf(walk, node, test.operand);
      return value !== undefined && value !== null && value !== false;
    }
    case 'compare':
      return compare(test.op, scalarOf(walk, node, test.left), scalarOf(walk, node, test.right));
  }
}

type Scalar = string | number | boolean | null | undefined;

/** Undefined for what is not there; containers are equal to nothing. */
function scalarOf(walk: Walk, node: JsonNode, operand: Operand): Scalar | symbol {
  if (operand.kind === 'literal') return operand.value;
  const [found] = follow(walk, operand.from === '@' ? node : walk.root, operand.steps);
  switch (found?.kind) {
    case undefined:
      return undefined;
    case 'string':
      return found.text;
    case 'number':
      return Number(found.text);
    case 'boolean':
      return found.value;
    case 'null':
      return null;
    default:
      return Symbol();
  }
}

function compare(op: Comparison, left: Scalar | symbol, right: Scalar | symbol): boolean {
  if (left === undefined || right === undefined) return false;
  if (op === '==') return left === right;
  if (op === '!=') return left !== right;
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  if (!comparable) return false;
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
