import { isObject, jsonType, mapMembers } from '../json.ts';
import { declares, memberSchema, type Schema } from './schema.ts';

/** A value that the API server's decoder refuses. Never holds the value. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export interface Decoded {
  readonly value: unknown;
  /** Paths of the fields that no schema declares, which decoding drops. */
  readonly unknown: readonly string[];
}

/**
 * Decodes a value into a built-in type as the API server does with its Go structs: unknown fields, nulls and empty
 * strings, maps and lists are dropped, a null in a map of scalars becomes the empty value, base64 and times take their
 * canonical form. Throws {@link DecodeError} on a value of the wrong type.
 */
export function decodeBuiltin(schema: Schema, value: unknown): Decoded {
  const unknown: string[] = [];
  const walk = (here: Schema, node: unknown, path: string): unknown => {
    if (here['x-kubernetes-preserve-unknown-fields'] && here.type === undefined) return node;
    check(here, node, path);
    if (isObject(node)) {
      return mapMembers(node, (item, name) => {
        const at = path === '' ? name : `${path}.${name}`;
        const inner = memberSchema(here, name);
        if (inner === undefined) {
          unknown.push(at);
          return undefined;
        }
        if (!declares(here, name)) return item === null ? zero(inner) : walk(inner, item, at);
        if (item === null) return undefined;
        const decoded = walk(inner, item, at);
        return isEmpty(decoded) ? undefined : decoded;
      });
    }
    if (Array.isArray(node))
      return node.map((item, index) => walk(here.items ?? {}, item, `${path}[${index}]`));
    if (typeof node === 'string' && here.format === 'byte') return canonicalBase64(node);
    if (typeof node === 'string' && here.format === 'date-time') return canonicalTime(node);
    return node;
  };
  return { value: walk(schema, value, ''), unknown };
}

function check(schema: Schema, value: unknown, path: string): void {
  const type = jsonType(value);
  const fits = schema.type === undefined || type === schema.type;
  if (!fits) throw new DecodeError(`json: cannot unmarshal ${type} into ${path} of type ${schema.type}`);
}

function zero(schema: Schema): unknown {
  return schema.type === 'string' ? '' : undefined;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === '' || (isObject(value) && Object.keys(value).length === 0);
}

/** Padded base64 without line breaks, as Go's decoder accepts and its encoder writes it. */
function canonicalBase64(text: string): string {
  const compact = text.replaceAll(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact))
    throw new DecodeError('illegal base64 data');
  return Buffer.from(compact, 'base64').toString('base64');
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339 in UTC to the second, as metav1.Time is written. */
function canonicalTime(text: string): string {
  const time = Date.parse(text);
  if (!rfc3339.test(text) || Number.isNaN(time)) throw new DecodeError('cannot parse a time');
  return timestamp(time);
}

/** A moment (ms since the epoch) as metav1.Time is written. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
