import { copy, isObject, type JsonObject, mapMembers } from '../json.ts';
import { anything, memberSchema, type Schema } from './schema.ts';

export interface Pruned {
  readonly value: unknown;
  /** Paths of what the schema does not declare. */
  readonly unknown: readonly string[];
}

/** The custom resource without the fields that its structural schema does not declare. */
export function prune(schema: Schema, value: unknown): Pruned {
  const unknown: string[] = [];
  const walk = (here: Schema, node: unknown, path: string): unknown => {
    if (Array.isArray(node))
      return here.items ? node.map((item, index) => walk(here.items!, item, `${path}[${index}]`)) : node;
    if (!isObject(node) || here === anything) return node;
    return mapMembers(node, (item, name) => {
      const at = path === '' ? name : `${path}.${name}`;
      const inner = memberSchema(here, name);
      if (inner !== undefined) return walk(inner, item, at);
      unknown.push(at);
      return undefined;
    });
  };
  return { value: walk(schema, value, ''), unknown };
}

/** What becomes of a null where the schema is not nullable: a body drops it, server-side apply only for a default. */
export type Nulls = 'dropped' | 'defaulted';

/** The value with the schema's defaults. */
export function withDefaults(schema: Schema, value: unknown, nulls: Nulls = 'dropped'): unknown {
  if (Array.isArray(value))
    return schema.items ? value.map((item) => withDefaults(schema.items!, item, nulls)) : value;
  if (!isObject(value) || schema === anything) return value;
  const given: JsonObject = mapMembers(value, (item, name) => {
    const inner = memberSchema(schema, name);
    if (item !== null || inner === undefined || inner === anything || inner.nullable === true) return item;
    return nulls === 'dropped' || inner.default !== undefined ? undefined : null;
  });
  const missing = Object.entries(schema.properties ?? {})
    .filter(([name, inner]) => inner.default !== undefined && !Object.hasOwn(given, name))
    .map(([name, inner]) => [name, copy(inner.default)] as const);
  return mapMembers({ ...given, ...Object.fromEntries(missing) }, (item, name) =>
    withDefaults(memberSchema(schema, name) ?? anything, item, nulls),
  );
}
