import { type FieldError, forbidden, invalidValue, required, tooLong } from '../errors.ts';
import { at, equal, isObject, type JsonObject, mapMembers, member, put } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { defineKind, type Kind, wholeObject } from './kind.ts';
import { validateCoreFinalizers } from './metadata.ts';

// Rules and wording: k8s.io/kubernetes, pkg/apis/core/validation/validation.go (ValidateSecret, ValidateSecretUpdate).

/** The largest Secret or ConfigMap, in bytes of its values. */
export const maxDataBytes = 1024 * 1024;

const schema: Schema = {
  properties: {
    data: { type: 'object', additionalProperties: { type: 'string', format: 'byte' } },
    stringData: { type: 'object', additionalProperties: { type: 'string' } },
    type: { type: 'string' },
    immutable: { type: 'boolean' },
  },
};

export const secrets: Kind = defineKind({
  group: '',
  resource: 'secrets',
  kind: 'Secret',
  origin: 'builtin',
  versions: [{ name: 'v1', served: true, schema: wholeObject(schema) }],
  features: new Set(['unconditionalUpdate']),
  complete,
  validate,
});

function complete(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  const folded = isObject(stringData)
    ? { ...rest, data: { ...(rest.data as JsonObject | undefined), ...mapMembers(stringData, encode) } }
    : rest;
  return folded.type === undefined ? put(folded, 'type', 'Opaque') : folded;
}

const encode = (value: unknown): string => Buffer.from(String(value)).toString('base64');

function validate(secret: JsonObject, live: JsonObject | undefined): FieldError[] {
  const data = entries(secret.data);
  const bytes = data.reduce((sum, [, value]) => sum + Buffer.byteLength(value, 'base64'), 0);
  return [
    ...validateCoreFinalizers(secret.metadata as JsonObject),
    ...(live ? validateUpdate(secret, live) : []),
    ...data.flatMap(([key]) => validateDataKey('data', key)),
    ...(bytes > maxDataBytes ? [tooLong('data', maxDataBytes)] : []),
    ...validateType(secret),
  ];
}

/** The members of a map of strings. */
export function entries(value: unknown): [string, string][] {
  return isObject(value) ? (Object.entries(value) as [string, string][]) : [];
}

function validateUpdate(secret: JsonObject, live: JsonObject): FieldError[] {
  const changedType = !equal(secret.type, live.type);
  return [
    ...(changedType ? [invalidValue('type', secret.type, 'field is immutable')] : []),
    ...validateImmutable(secret, live, ['data']),
  ];
}

/** `immutable: true` can't be taken back, and holds the named fields. */
export function validateImmutable(
  object: JsonObject,
  live: JsonObject,
  fields: readonly string[],
): FieldError[] {
  if (live.immutable !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', detail)]),
    ...fields.filter((name) => !equal(object[name], live[name])).map((name) => forbidden(name, detail)),
  ];
}

/** A key of a Secret or ConfigMap, by apimachinery's IsConfigMapKey. */
export function validateDataKey(field: string, key: string): FieldError[] {
  const bad = (detail: string): FieldError[] => [invalidValue(`${field}[${key}]`, key, detail)];
  if (key.length > 253) return bad('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    return bad(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  if (key === '.' || key === '..') return bad(`must not be '${key}'`);
  return key.startsWith('..') ? bad("must not start with '..'") : [];
}

const serviceAccountName = 'kubernetes.io/service-account.name';

function validateType(secret: JsonObject): FieldError[] {
  const has = (key: string): boolean => member(secret.data, key) !== undefined;
  const need = (...keys: string[]): FieldError[] =>
    keys.filter((key) => !has(key)).map((key) => required(`data[${key}]`));
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      return at(secret, 'metadata', 'annotations', serviceAccountName)
        ? []
        : [required(`metadata.annotations[${serviceAccountName}]`)];
    case 'kubernetes.io/dockercfg':
      return has('.dockercfg') ? validateJson(secret, '.dockercfg') : need('.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return has('.dockerconfigjson') ? validateJson(secret, '.dockerconfigjson') : need('.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : need('username', 'password');
    case 'kubernetes.io/ssh-auth':
      return member(secret.data, 'ssh-privatekey') ? [] : [required('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return need('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function validateJson(secret: JsonObject, key: string): FieldError[] {
  try {
    const text = Buffer.from(String(member(secret.data, key)), 'base64').toString();
    if (isObject(JSON.parse(text))) return [];
  } catch {
    // The parser's message would quote the value.
  }
  return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'not a JSON object')];
}
