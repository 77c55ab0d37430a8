import { RE2JS } from 're2js';
import {
  duplicate,
  type FieldError,
  invalidType,
  invalidValue,
  required,
  tooLong,
  tooMany,
  unsupported,
} from '../errors.ts';
import { equal, isObject, type JsonObject, jsonType } from '../json.ts';
import { memberSchema, type Schema } from './schema.ts';

/** What is wrong with a custom resource by its structural schema, in the words of the API server. CEL rules are not evaluated. */
export function validateStructural(schema: Schema, value: unknown, path = ''): FieldError[] {
  if (value === null && schema.nullable) return [];
  const wrongType = validateType(schema, value, path);
  if (wrongType) return [wrongType];
  return [
    ...validateEnum(schema, value, path),
    ...(isObject(value) ? validateObject(schema, value, path) : []),
    ...(Array.isArray(value) ? validateList(schema, value, path) : []),
    ...(typeof value === 'string' ? validateString(schema, value, path) : []),
    ...(typeof value === 'number' || typeof value === 'bigint' ? validateNumber(schema, value, path) : []),
    ...validateCombinations(schema, value, path),
  ];
}

function validateType(schema: Schema, value: unknown, path: string): FieldError | undefined {
  const type = jsonType(value);
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  if (wanted === undefined || wanted.split(',').includes(type)) return undefined;
  if (wanted === 'number' && type === 'integer') return undefined;
  return invalidType(path, type, `${path} in body must be of type ${wanted}: ${JSON.stringify(type)}`);
}

function validateEnum(schema: Schema, value: unknown, path: string): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((item) => equal(item, value))) return [];
  return [unsupported(path, value, schema.enum)];
}

function validateObject(schema: Schema, value: JsonObject, path: string): FieldError[] {
  const names = Object.keys(value);
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const { minProperties = 0, maxProperties = Infinity } = schema;
  const few = `${path} in body should have at least ${minProperties} properties`;
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
  return [
    ...(names.length < minProperties ? [invalidValue(path, names.length, few)] : []),
    ...(names.length > maxProperties ? [tooMany(path, names.length, maxProperties)] : []),
    ...missing.map((name) => required(at(name))),
    ...names.flatMap((name) => {
      const inner = memberSchema(schema, name);
      return inner ? validateStructural(inner, value[name], at(name)) : [];
    }),
  ];
}

function validateList(schema: Schema, value: readonly unknown[], path: string): FieldError[] {
  const seen: unknown[] = [];
  const keyOf = (item: unknown): unknown => {
    if (schema['x-kubernetes-list-type'] === 'set') return item;
    if (schema['x-kubernetes-list-type'] !== 'map' || !isObject(item)) return undefined;
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    return Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key]]));
  };
  return [
    ...(value.length < (schema.minItems ?? 0)
      ? [invalidValue(path, value.length, `${path} in body should have at least ${schema.minItems} items`)]
      : []),
    ...(value.length > (schema.maxItems ?? Infinity) ? [tooMany(path, value.length, schema.maxItems!)] : []),
    ...value.flatMap((item, index) => {
      const at = `${path}[${index}]`;
      const key = keyOf(item);
      const repeated = key !== undefined && seen.some((other) => equal(other, key));
      seen.push(key);
      return [
        ...(schema.items ? validateStructural(schema.items, item, at) : []),
        ...(repeated ? [duplicate(at, key)] : []),
      ];
    }),
  ];
}

// Like the API server's, the checks of a string stop at the first that fails.
function validateString(schema: Schema, value: string, path: string): FieldError[] {
  const length = [...value].length;
  const fail = (detail: string): FieldError[] => [invalidValue(path, value, `${path} in body ${detail}`)];
  if (length > (schema.maxLength ?? Infinity)) return [tooLong(path, schema.maxLength!)];
  if (length < (schema.minLength ?? 0)) return fail(`should be at least ${schema.minLength} chars long`);
  if (schema.pattern !== undefined && !pattern(schema.pattern).test(value))
    return fail(`should match '${schema.pattern}'`);
  const { format = '' } = schema;
  if (formats.get(format)?.(value) ?? true) return [];
  return [invalidType(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)];
}

const base64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/;

const formats = new Map<string, (value: string) => boolean>([
  ['byte', (value) => base64.test(value)],
  ['date-time', (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value))],
]);

const patterns = new Map<string, RE2JS>();

function pattern(source: string): RE2JS {
  const known = patterns.get(source) ?? RE2JS.compile(source);
  patterns.set(source, known);
  return known;
}

const ranges = new Map([
  ['int32', 2 ** 31],
  ['int64', 2 ** 63],
]);

function validateNumber(schema: Schema, value: number | bigint, path: string): FieldError[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, format = '' } = schema;
  const fail = (detail: string): FieldError[] => [
    invalidValue(path, value, `${path} in body should be ${detail}`),
  ];
  if (exclusiveMinimum ? value <= minimum : value < minimum)
    return fail(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (exclusiveMaximum ? value >= maximum : value > maximum)
    return fail(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  const range = ranges.get(format);
  if (range === undefined || (value >= -range && value < range)) return [];
  return [
    invalidValue('<nil>', '', `Checked value must be of type integer with format ${format} in ${path}`),
  ];
}

function validateCombinations(schema: Schema, value: unknown, path: string): FieldError[] {
  const passes = (inner: Schema): boolean => validateStructural(inner, value, path).length === 0;
  const must = (detail: string): FieldError[] => [invalidValue('<nil>', '', `"${path}" must ${detail}`)];
  return [
    ...(schema.allOf?.flatMap((inner) => validateStructural(inner, value, path)) ?? []),
    ...(schema.anyOf && !schema.anyOf.some(passes) ? must('validate at least one schema (anyOf)') : []),
    ...(schema.oneOf && schema.oneOf.filter(passes).length !== 1
      ? must('validate one and only one schema (oneOf)')
      : []),
    ...(schema.not && passes(schema.not) ? must('not validate the schema (not)') : []),
  ];
}
