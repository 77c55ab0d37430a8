import { isDeepStrictEqual } from 'node:util';
import { parseExact, stringifyExact } from '../../providers/kit/json/exact.ts';

/** A JSON object. `__proto__` and `constructor` are legal Secret keys, so members are read through {@link member}. */
export type JsonObject = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, or undefined. */
export function member(object: unknown, name: string): unknown {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The member at the end of a path of names, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(member, value);
}

/** A copy of the object in which the member has the value; undefined removes it. */
export function put(object: JsonObject, name: string, value: unknown): JsonObject {
  if (value !== undefined) return { ...object, [name]: value };
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

/** A copy in which each member is mapped; a member mapped to undefined is left out. */
export function mapMembers(
  object: JsonObject,
  map: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .map(([name, value]) => [name, map(value, name)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** A copy that shares nothing, made through JSON text, as every object that crosses the API is. */
export function copy<T>(value: T): T {
  return parseExact(stringifyExact(value)) as T;
}

/** Equality of JSON values; the order of members does not matter. */
export const equal: (a: unknown, b: unknown) => boolean = isDeepStrictEqual;

/** What JSON calls the value: object, array, string, integer, number, boolean or null. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
