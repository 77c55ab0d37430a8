import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { TemplateFunction } from '../functions/signature.ts';

/**
 * What a template works on, as Go would hold it: `undefined` is no value at all (a missing key), `null` is nil, `bigint` is int,
 * `number` is float64, and text is a string of bytes. Everything else says its Go type.
 */
export type Value =
  | undefined
  | null
  | boolean
  | bigint
  | number
  | ByteText
  | Integer
  | List
  | Dict
  | Instance;

/** A {@link Value} that a function is given for a parameter of any type: nil instead of no value. */
export type Any = Exclude<Value, undefined>;

/** The kinds of integers other than int. */
export type IntegerKind = 'int64' | 'uint8' | 'uint32' | 'uint64' | 'int';

/** An integer of another type than int, within the range of its kind. */
export interface Integer {
  readonly kind: 'integer';
  /** Such as `int64` or `time.Month`. */
  readonly type: string;
  readonly base: IntegerKind;
  readonly value: bigint;
  /** What its String method gives. */
  readonly text?: ByteText;
  readonly methods?: Methods;
}

/** The types of lists' elements. */
export type Element = 'interface {}' | 'string' | 'int' | '[]interface {}';

/** A slice; the items are replaced in place only by sorting a list of strings, as in Go. */
export interface List {
  readonly kind: 'list';
  readonly element: Element;
  readonly items: Any[];
  /** A nil slice: empty, but `null` in JSON. */
  readonly nil?: true;
}

/** A map with names as keys; functions change it in place, as in Go. */
export interface Dict {
  readonly kind: 'map';
  readonly element: 'interface {}' | 'string';
  readonly entries: Map<ByteText, Any>;
  readonly nil?: true;
}

/** What can be called by name on a value. */
export type Methods = Readonly<Record<string, TemplateFunction>>;

/** A value of a struct type, or a pointer to one. */
export interface Instance {
  readonly kind: 'instance';
  readonly type: string;
  readonly base: 'struct' | 'ptr';
  /** The exported fields in order. */
  readonly fields: Readonly<Record<string, Any>>;
  readonly methods: Methods;
  /** What its String method gives, where it has one. */
  readonly text?: ByteText;
  /** What Go's encoding/json writes, as JSON, or null where it fails; without it, the fields. */
  readonly json?: ByteText | null;
  /** What only the functions of its own family understand. */
  readonly inner?: unknown;
}

/** An integer of type int64, wrapped around as Go does. */
export function int64(value: bigint): Integer {
  return { kind: 'integer', type: 'int64', base: 'int64', value: BigInt.asIntN(64, value) };
}

/** A list of values of any type. */
export function list(items: Any[]): List {
  return { kind: 'list', element: 'interface {}', items };
}

/** A list of strings. */
export function strings(items: ByteText[]): List {
  return { kind: 'list', element: 'string', items };
}

/** A nil slice. */
export function nilList(element: Element): List {
  return { kind: 'list', element, items: [], nil: true };
}

/** A map to values of any type. */
export function dict(entries: Iterable<readonly [ByteText, Any]> = []): Dict {
  return { kind: 'map', element: 'interface {}', entries: new Map(entries) };
}

/** The names of a map, in the order in which Go walks and prints it. */
export function sortedNames({ entries }: Dict): ByteText[] {
  return [...entries.keys()].sort();
}

/** Whether the value is one of those that are described by an object. */
export function isObject(value: Value): value is Integer | List | Dict | Instance {
  return typeof value === 'object' && value !== null;
}

/** Whether the value is a map. */
export function isDict(value: Value): value is Dict {
  return isObject(value) && value.kind === 'map';
}

/** Whether the value is a list. */
export function isList(value: Value): value is List {
  return isObject(value) && value.kind === 'list';
}

/** The integer that the value is, of whatever integer type. */
export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return isObject(value) && value.kind === 'integer' ? value.value : undefined;
}
