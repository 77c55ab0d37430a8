import { ProviderError } from './errors.ts';
import type { Schema } from './schema.ts';

const apiVersion = 'kubernetes.external-secrets.io/v1alpha1';
const kind = 'PushSecretMetadata';

/** The parts of a structural schema that metadata use; the facade `K` makes no others for them. */
interface Node {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node;
  readonly items?: Node;
}

/**
 * The `spec` of a PushSecret's metadata by the provider's own schema, undefined when there are none (spec providers 1.8).
 * As in ESO the envelope is checked, fields are found whatever their case, and an unknown one is refused, so that a
 * mistyped one is not silently without effect. Throws `InvalidPush`, naming the field.
 */
export function readPushMetadata<T>(metadata: unknown, schema: Schema<T>): T | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const { apiVersion: version, kind: named, spec = {}, ...others } = objectAt(metadata, 'metadata');
  if (version !== apiVersion) throw refused(`metadata.apiVersion must be ${apiVersion}`);
  if (named !== kind) throw refused(`metadata.kind must be ${kind}`);
  const [other] = Object.keys(others);
  if (other !== undefined) throw refused(`metadata.${other} is unknown`);
  return fitted(spec, schema as Node, 'metadata.spec') as T;
}

/** The value with its fields called as in the schema. */
function fitted(value: unknown, schema: Node, path: string): unknown {
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined
        ? mapped(objectAt(value, path), ([name, entry]) => [
            name,
            fitted(entry, schema.additionalProperties ?? {}, `${path}.${name}`),
          ])
        : fields(objectAt(value, path), schema, path);
    case 'array':
      if (!Array.isArray(value)) throw refused(`${path} must be a list`);
      return value.map((item, index) => fitted(item, schema.items ?? {}, `${path}[${index}]`));
    case 'integer':
      if (!Number.isSafeInteger(value)) throw refused(`${path} must be a whole number`);
      return value;
    case 'boolean':
    case 'string':
      if (typeof value !== schema.type) throw refused(`${path} must be a ${schema.type}`);
      if (schema.enum !== undefined && !schema.enum.includes(String(value)))
        throw refused(`${path} must be one of ${schema.enum.join(', ')}`);
      return value;
    default:
      return value;
  }
}

function fields(object: Record<string, unknown>, { properties = {}, required = [] }: Node, path: string) {
  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  // An explicit null is an absent field, as to Go's decoder.
  const given = Object.entries(object).filter(([, value]) => value !== null);
  const fit = new Map<string, unknown>();
  for (const [written, value] of given) {
    const name = names.get(written.toLowerCase());
    const schema = name === undefined ? undefined : properties[name];
    if (name === undefined || schema === undefined) throw refused(`${path}.${written} is unknown`);
    fit.set(name, fitted(value, schema, `${path}.${name}`));
  }
  const missing = required.find((name) => !fit.has(name));
  if (missing !== undefined) throw refused(`${path}.${missing} is missing`);
  return Object.fromEntries(fit);
}

function mapped(
  object: Record<string, unknown>,
  map: (entry: [string, unknown]) => [string, unknown],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(map));
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused(`${path} must be an object`);
  return value as Record<string, unknown>;
}

function refused(what: string): ProviderError {
  return new ProviderError('InvalidPush', { what });
}
