import { stringifyExact } from '../../../providers/kit/json/exact.ts';
import { isObject, jsonType, member } from '../json.ts';

/** A structural schema: the part of OpenAPI v3 that CustomResourceDefinitions may use, and the built-in types are written in. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
}

/** The schema of what no schema describes: maps are granular, lists atomic. */
export const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

export function declares(schema: Schema, name: string): boolean {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name);
}

/** The schema of a member, or undefined where the schema does not allow it. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  if (declares(schema, name)) return schema.properties?.[name];
  if (isObject(schema.additionalProperties)) return schema.additionalProperties as Schema;
  if (schema.additionalProperties === true) return anything;
  return schema['x-kubernetes-preserve-unknown-fields'] ? anything : undefined;
}

/** How ownership sees a value: as one leaf, as a map by name, as a list by key, or as a set of values. */
export type Shape = 'leaf' | 'map' | 'keyed' | 'set';

/** The shape of the value under the schema; null takes the shape that the schema names, a map where it names none. */
export function shapeOf(schema: Schema, value: unknown): Shape {
  const free = schema.type === undefined && schema['x-kubernetes-preserve-unknown-fields'] === true;
  const type = value === null ? (schema.type ?? (free ? 'object' : 'null')) : jsonType(value);
  if (type === 'object') return schema['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'map';
  if (type !== 'array') return 'leaf';
  if (schema['x-kubernetes-list-type'] === 'set') return 'set';
  return schema['x-kubernetes-list-type'] === 'map' ? 'keyed' : 'leaf';
}

/** The path element of a member of a map, in FieldsV1 form. */
export function nameElement(name: string): string {
  return `f:${name}`;
}

/** The path element of a list item, in FieldsV1 form: by its value in a set, else by its keys; a missing key counts as its default, or not at all. */
export function itemElement(schema: Schema, item: unknown): string {
  if (schema['x-kubernetes-list-type'] === 'set') return `v:${stringifyExact(item)}`;
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort();
  const values = keys
    .map((key) => [key, member(item, key) ?? schema.items?.properties?.[key]?.default] as const)
    .filter(([, value]) => value !== undefined);
  return `k:${stringifyExact(Object.fromEntries(values))}`;
}
