import { parseExact, stringifyExact } from '../../../providers/kit/json/exact.ts';
import { isObject } from '../json.ts';
import { declares, memberSchema, type Schema } from '../schema/schema.ts';

/**
 * A set of fields, each written as its path: FieldsV1 elements (`f:name`, `k:{"uid":"…"}`, `v:"…"`) joined by NUL.
 * A member may have children that are members and need not be one itself.
 */
export type FieldSet = ReadonlySet<string>;

const separator = '\0';

export const child = (path: string, element: string): string =>
  path === '' ? element : `${path}${separator}${element}`;

/** The path's elements. */
export const elements = (path: string): string[] => path.split(separator);

export function union(...sets: readonly FieldSet[]): Set<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

/** The first set without the members of the others. */
export function minus(set: FieldSet, ...others: readonly FieldSet[]): Set<string> {
  return new Set([...set].filter((path) => !others.some((other) => other.has(path))));
}

export function intersection(a: FieldSet, b: FieldSet): Set<string> {
  return new Set([...a].filter((path) => b.has(path)));
}

/** A set as a tree, for walks along an object. */
export interface FieldTree {
  member: boolean;
  readonly children: Map<string, FieldTree>;
}

export function toTree(set: FieldSet): FieldTree {
  const root: FieldTree = { member: false, children: new Map() };
  for (const path of set) {
    let node = root;
    for (const element of elements(path)) {
      let next = node.children.get(element);
      if (next === undefined) {
        next = { member: false, children: new Map() };
        node.children.set(element, next);
      }
      node = next;
    }
    node.member = true;
  }
  return root;
}

/** The set with every declared ancestor of a member added: what goes or stays with its contents. */
export function withDeclaredAncestors(set: FieldSet, schema: Schema): FieldSet {
  const result = new Set(set);
  const walk = (node: FieldTree, path: string, here: Schema | undefined): void => {
    for (const [element, below] of node.children) {
      const name = element.startsWith('f:') ? element.slice(2) : undefined;
      const at = child(path, element);
      if (name !== undefined && below.children.size > 0 && here && declares(here, name)) result.add(at);
      const next = name === undefined ? here?.items : here && memberSchema(here, name);
      walk(below, at, next);
    }
  };
  walk(toTree(set), '', schema);
  return result;
}

/** The FieldsV1 document of a set. */
export function encodeFields(set: FieldSet): Record<string, unknown> {
  const encode = (node: FieldTree): Record<string, unknown> => {
    const below = [...node.children]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([element, next]) => [element, encode(next)] as const);
    return Object.fromEntries(node.member && below.length > 0 ? [['.', {}] as const, ...below] : below);
  };
  return encode(toTree(set));
}

/** The set of a FieldsV1 document. */
export function decodeFields(fields: unknown): FieldSet {
  const result = new Set<string>();
  const walk = (node: unknown, path: string): void => {
    if (!isObject(node)) return;
    const names = Object.keys(node);
    if (path !== '' && (names.length === 0 || names.includes('.'))) result.add(path);
    for (const name of names) if (name !== '.') walk(node[name], child(path, name));
  };
  walk(fields, '');
  return result;
}

/** The path as conflicts and type errors print it: `.metadata.ownerReferences[uid="…"]`. */
export function describe(path: string): string {
  return elements(path)
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      return `[${describeKey(element)}]`;
    })
    .join('');
}

/** The inside of the brackets of a list item: `uid="…"` or `="…"`. */
export function describeKey(element: string): string {
  const rest: unknown = parseExact(element.slice(2));
  if (!isObject(rest)) return `=${stringifyExact(rest)}`;
  return Object.entries(rest)
    .map(([key, value]) => `${key}=${stringifyExact(value)}`)
    .join(',');
}
