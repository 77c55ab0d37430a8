import { equal, isObject, type JsonObject, jsonType } from '../json.ts';
import {
  anything,
  itemElement,
  memberSchema,
  nameElement,
  type Schema,
  type Shape,
  shapeOf,
} from '../schema/schema.ts';
import { child, describe, describeKey, type FieldSet, type FieldTree, toTree } from './field-set.ts';

// The operations of structured merge (sigs.k8s.io/structured-merge-diff, packages typed and fieldpath) that server-side
// apply is made of, on JSON values under a schema. Where nothing is declared, maps are granular and lists atomic.

const schemaOf = (schema: Schema, name: string): Schema => memberSchema(schema, name) ?? {};

const itemsOf = (schema: Schema): Schema =>
  schema.items ?? (schema['x-kubernetes-preserve-unknown-fields'] ? anything : {});

/** The leaves of a configuration: what an Apply of it owns. */
export function leavesOf(schema: Schema, value: unknown): FieldSet {
  const leaves = new Set<string>();
  const walk = (here: Schema, node: unknown, path: string): void => {
    switch (shapeOf(here, node)) {
      case 'leaf':
        leaves.add(path);
        return;
      case 'map':
        for (const [name, item] of isObject(node) ? Object.entries(node) : []) {
          const at = child(path, nameElement(name));
          walk(schemaOf(here, name), item, at);
          const empty = item === null || (isObject(item) && Object.keys(item).length === 0);
          if (empty || !isDeclared(here, name)) leaves.add(at);
        }
        return;
      default:
        for (const item of Array.isArray(node) ? node : []) {
          const at = child(path, itemElement(here, item));
          walk(itemsOf(here), item, at);
          leaves.add(at);
        }
    }
  };
  walk(schema, value, '');
  leaves.delete('');
  return leaves;
}

const isDeclared = (schema: Schema, name: string): boolean =>
  schema.properties !== undefined && Object.hasOwn(schema.properties, name);

export interface Comparison {
  readonly added: Set<string>;
  readonly removed: Set<string>;
  readonly modified: Set<string>;
}

/** The fields by which two objects differ. */
export function compare(schema: Schema, before: unknown, after: unknown): Comparison {
  const found: Comparison = { added: new Set(), removed: new Set(), modified: new Set() };
  const leaf = (l: unknown, r: unknown, path: string): void => {
    if (l === undefined) found.added.add(path);
    else if (r === undefined) found.removed.add(path);
    else if (!equal(l, r)) found.modified.add(path);
  };
  // True when the node was a leaf, so that its path is already accounted for.
  const visit = (here: Schema, shape: Shape, l: unknown, r: unknown, path: string): boolean => {
    if (shape === 'leaf' || (isEmpty(l, shape) && isEmpty(r, shape))) {
      leaf(l, r, path);
      return true;
    }
    if (shape === 'map') {
      const [left, right] = [isObject(l) ? l : {}, isObject(r) ? r : {}];
      for (const name of new Set([...Object.keys(left), ...Object.keys(right)]))
        walk(schemaOf(here, name), own(left, name), own(right, name), child(path, nameElement(name)));
    } else compareItems(here, l, r, path);
    return false;
  };
  const compareItems = (here: Schema, l: unknown, r: unknown, path: string): void => {
    const left = grouped(here, l);
    const right = grouped(here, r);
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      const [ls, rs] = [left.get(element) ?? [], right.get(element) ?? []];
      const at = child(path, element);
      if (ls.length <= 1 && rs.length <= 1) walk(itemsOf(here), ls[0], rs[0], at);
      else if (ls.length > 1 && rs.length > 1) {
        if (!equal(ls, rs)) found.modified.add(at);
      } else if (ls.length > 1) {
        if (rs.length > 0) walk(itemsOf(here), undefined, rs[0], at);
        found.removed.add(at);
      } else {
        if (ls.length > 0) walk(itemsOf(here), ls[0], undefined, at);
        found.added.add(at);
      }
    }
  };
  const walk = (here: Schema, l: unknown, r: unknown, path: string): void => {
    const shapes = new Set([l, r].filter((side) => side !== undefined).map((side) => shapeOf(here, side)));
    let wasLeaf = false;
    for (const shape of shapes) wasLeaf = visit(here, shape, l, r, path);
    if (wasLeaf) return;
    if (l === undefined) found.added.add(path);
    else if (r === undefined) found.removed.add(path);
  };
  walk(schema, before, after, '');
  for (const set of [found.added, found.removed, found.modified]) set.delete('');
  return found;
}

function isEmpty(value: unknown, shape: Shape): boolean {
  if (shape === 'map') return !isObject(value) || Object.keys(value).length === 0;
  return !Array.isArray(value) || value.length === 0;
}

const own = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function grouped(schema: Schema, list: unknown): Map<string, unknown[]> {
  return Map.groupBy(Array.isArray(list) ? list : [], (item) => itemElement(schema, item));
}

/** The live object with the configuration laid over it. */
export function merge(schema: Schema, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  const shape = shapeOf(schema, config);
  if (live === undefined || shape === 'leaf' || shapeOf(schema, live) !== shape) return config;
  if (isEmpty(live, shape) && isEmpty(config, shape)) return config;
  if (shape !== 'map') return mergeItems(schema, live, config);
  const [left, right] = [isObject(live) ? live : {}, isObject(config) ? config : {}];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...names].map((name) => [name, merge(schemaOf(schema, name), own(left, name), own(right, name))]),
  );
}

/** Merges keyed lists: the configuration's order holds for its items, the others keep their place before the next shared one. */
function mergeItems(schema: Schema, live: unknown, config: unknown): unknown[] {
  const left = Array.isArray(live) ? live.map((item) => [itemElement(schema, item), item] as const) : [];
  const right = Array.isArray(config) ? config.map((item) => [itemElement(schema, item), item] as const) : [];
  const inLive = new Map(left);
  const inConfig = new Set(right.map(([key]) => key));
  const shared = right.map(([key]) => key).filter((key) => inLive.has(key));
  const done = new Set<string>();
  const out: unknown[] = [];
  let l = 0;
  let r = 0;
  const takeConfig = (): void => {
    const [key, item] = right[r++]!;
    done.add(key);
    out.push(merge(itemsOf(schema), inLive.get(key), item));
    if (shared[0] === key) shared.shift();
  };
  while (l < left.length || r < right.length) {
    const key = left[l]?.[0];
    if (key === undefined) takeConfig();
    else if (!inConfig.has(key)) out.push(left[l++]![1]);
    else if (key === right[r]?.[0]) {
      takeConfig();
      l++;
    } else if (done.has(key) || r >= right.length || (shared.length > 0 && shared[0] !== key)) l++;
    else takeConfig();
  }
  return out;
}

/** The value without the fields of the set; a map or list that loses all it has becomes null. */
export function remove(schema: Schema, value: unknown, fields: FieldSet): unknown {
  const walk = (here: Schema, node: unknown, tree: FieldTree): unknown => {
    const shape = shapeOf(here, node);
    if (shape === 'leaf') return node !== null && typeof node === 'object' ? null : node;
    if (isEmpty(node, shape)) return null;
    if (shape === 'map') {
      const kept = Object.entries(node as JsonObject).flatMap(([name, item]) => {
        const below = tree.children.get(nameElement(name));
        if (below?.member) return [];
        return [[name, below ? walk(schemaOf(here, name), item, below) : item] as const];
      });
      return kept.length > 0 ? Object.fromEntries(kept) : null;
    }
    const kept = (node as unknown[]).flatMap((item) => {
      const below = tree.children.get(itemElement(here, item));
      if (below?.member) return [];
      return [below ? walk(itemsOf(here), item, below) : item];
    });
    return kept.length > 0 ? kept : null;
  };
  return walk(schema, value, toTree(fields));
}

/** Why a configuration does not fit the schema, in the words of the API server, or undefined. */
export function typeError(schema: Schema, value: unknown, path = ''): string | undefined {
  const where = path === '' ? '' : describe(path);
  if (value === null) return undefined;
  if (schema['x-kubernetes-int-or-string'] && ['integer', 'string'].includes(jsonType(value)))
    return undefined;
  const expected = expectation(schema, value);
  if (expected !== undefined) return `${where}: expected ${expected}, got ${jsonType(value)}`;
  if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      const next = child(path, nameElement(name));
      const inner = memberSchema(schema, name);
      const found = inner ? typeError(inner, item, next) : `${describe(next)}: field not declared in schema`;
      if (found !== undefined) return found;
    }
  }
  if (!Array.isArray(value)) return undefined;
  const seen = new Set<string>();
  const associative =
    schema['x-kubernetes-list-type'] === 'map' || schema['x-kubernetes-list-type'] === 'set';
  for (const [index, item] of value.entries()) {
    const element = associative ? itemElement(schema, item) : `v:${index}`;
    if (seen.has(element)) return `${where}: duplicate entries for key [${describeKey(element)}]`;
    seen.add(element);
    const found = typeError(itemsOf(schema), item, child(path, element));
    if (found !== undefined) return found;
  }
  return undefined;
}

function expectation(schema: Schema, value: unknown): string | undefined {
  const type = jsonType(value);
  switch (schema.type) {
    case 'object':
      return type === 'object' ? undefined : 'map';
    case 'array':
      return type === 'array' ? undefined : 'list';
    case 'integer':
    case 'number':
      return type === 'integer' || type === 'number' ? undefined : 'numeric (int or float)';
    case 'string':
    case 'boolean':
      return type === schema.type ? undefined : schema.type;
    default:
      return undefined;
  }
}
