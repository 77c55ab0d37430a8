import { type FieldError, forbidden, invalidValue, notCovered, required } from '../errors.ts';
import { at, isObject, type JsonObject, mapMembers, member } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { defineKind, type Feature, type Kind, wholeObject } from './kind.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const unknown: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

const names: Schema = {
  type: 'object',
  properties: {
    plural: text,
    singular: text,
    kind: text,
    listKind: text,
    shortNames: texts,
    categories: texts,
  },
};

const spec: Schema = {
  type: 'object',
  properties: {
    group: text,
    names,
    scope: text,
    versions: { type: 'array', items: unknown },
    conversion: { type: 'object', properties: { strategy: text, webhook: unknown } },
    preserveUnknownFields: { type: 'boolean' },
  },
};

const status: Schema = {
  type: 'object',
  properties: {
    acceptedNames: names,
    conditions: {
      type: 'array',
      items: { ...unknown, type: 'object', properties: { type: text } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    storedVersions: texts,
  },
};

const emptyStatus = { acceptedNames: { kind: '', plural: '' }, conditions: null, storedVersions: null };

/** CustomResourceDefinitions themselves. Each one that is created registers a kind. */
export const definitions: Kind = defineKind({
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  origin: 'builtin',
  shortNames: ['crd', 'crds'],
  namespaced: false,
  versions: [
    {
      name: 'v1',
      served: true,
      schema: wholeObject({ properties: { spec, status } }),
    },
  ],
  features: new Set<Feature>(['generation']),
  reset: ['status'],
  empty: {
    spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
    status: emptyStatus,
  },
  complete,
  initialise: (object) => ({
    ...object,
    status: { ...emptyStatus, storedVersions: [storageOf(object)] },
  }),
  validate: validateDefinition,
});

function complete(definition: JsonObject): JsonObject {
  const given = at(definition, 'spec');
  if (!isObject(given) || !isObject(given.names)) return definition;
  const kind = String(given.names.kind ?? '');
  const complete = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...given.names };
  const { preserveUnknownFields, ...rest } = given;
  if (preserveUnknownFields === true) throw notCovered('preserveUnknownFields');
  return { ...definition, spec: { conversion: { strategy: 'None' }, ...rest, names: complete } };
}

interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: object };
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

const versionsOf = (definition: JsonObject): readonly DefinitionVersion[] => {
  const versions = at(definition, 'spec', 'versions');
  return Array.isArray(versions) ? versions : [];
};

const storageOf = (definition: JsonObject): string =>
  versionsOf(definition).find(({ storage }) => storage)?.name ?? '';

const immutable = [['group'], ['scope'], ['names', 'plural'], ['names', 'kind']];

function validateDefinition(definition: JsonObject, live: JsonObject | undefined): FieldError[] {
  const plural = String(at(definition, 'spec', 'names', 'plural') ?? '');
  const group = String(at(definition, 'spec', 'group') ?? '');
  const name = at(definition, 'metadata', 'name');
  const versions = versionsOf(definition);
  if (at(definition, 'spec', 'conversion', 'strategy') !== 'None') throw notCovered('conversion webhooks');
  const statuses = versions.filter(({ subresources }) => subresources?.status !== undefined);
  if (statuses.length > 0 && statuses.length < versions.length)
    throw notCovered('a status subresource in only some versions');
  const errors = versions.flatMap((version, index) => validateVersion(version, `spec.versions[${index}]`));
  const wanted = 'must be spec.names.plural+"."+spec.group';
  if (name !== `${plural}.${group}`) errors.push(invalidValue('metadata.name', name, wanted));
  const one = 'must have exactly one version marked as storage version';
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', versions.length, one));
  for (const path of live ? immutable : []) {
    const value = at(definition, 'spec', ...path);
    if (value !== at(live, 'spec', ...path))
      errors.push(invalidValue(['spec', ...path].join('.'), value, 'field is immutable'));
  }
  return errors;
}

function validateVersion(version: DefinitionVersion, path: string): FieldError[] {
  if (version.subresources?.scale) throw notCovered('the scale subresource');
  const schema = version.schema?.openAPIV3Schema;
  if (schema === undefined) return [required(`${path}.schema.openAPIV3Schema`, 'schemas are required')];
  return validateSchema(schema, `${path}.schema.openAPIV3Schema`);
}

const ignored = ['description', 'title', 'example', 'externalDocs', 'x-kubernetes-validations'];
const followed = ['type', 'properties', 'additionalProperties', 'items', 'required', 'enum', 'default']
  .concat('nullable', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum')
  .concat('exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'minProperties', 'maxProperties')
  .concat('allOf', 'anyOf', 'oneOf', 'not', 'x-kubernetes-preserve-unknown-fields')
  .concat('x-kubernetes-int-or-string', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys')
  .concat('x-kubernetes-map-type');
const formats = ['', 'int32', 'int64', 'float', 'double', 'date-time', 'byte', 'password'];

/**
 * Refuses what is not structural as the API server does, and what the store does not follow with 501. Schemas in
 * allOf, anyOf, oneOf and not only add conditions: they need no type.
 */
function validateSchema(
  schema: Schema,
  path: string,
  role: 'structure' | 'condition' = 'structure',
): FieldError[] {
  const strange = Object.keys(schema).find((key) => !ignored.includes(key) && !followed.includes(key));
  if (strange !== undefined) throw notCovered(`the schema keyword ${strange}`);
  if (!formats.includes(schema.format ?? '')) throw notCovered(`the format ${schema.format}`);
  const free = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'];
  const errors: FieldError[] = [];
  if (role === 'structure' && schema.type === undefined && !free)
    errors.push(required(`${path}.type`, 'must not be empty for specified object fields'));
  const exclusive = 'additionalProperties and properties are mutual exclusive';
  if (schema.properties && schema.additionalProperties)
    errors.push(forbidden(`${path}.additionalProperties`, exclusive));
  const conditions = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (schema.not) conditions.push(schema.not);
  const inside: [Schema | undefined, string][] = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [inner, `${path}.properties[${name}]`],
  );
  inside.push([schema.items, `${path}.items`]);
  if (isObject(schema.additionalProperties))
    inside.push([schema.additionalProperties as Schema, `${path}.additionalProperties`]);
  return [
    ...errors,
    ...inside.flatMap(([inner, at]) => (inner ? validateSchema(inner, at, role) : [])),
    ...conditions.flatMap((inner) => validateSchema(inner, path, 'condition')),
  ];
}

/** The kind that a valid definition registers. */
export function kindOfDefinition(definition: JsonObject): Kind {
  const taken = at(definition, 'spec', 'names') as JsonObject;
  const versions = versionsOf(definition);
  const hasStatus = versions.some(({ subresources }) => subresources?.status !== undefined);
  return customKind({
    group: String(at(definition, 'spec', 'group')),
    resource: String(taken.plural),
    kind: String(taken.kind),
    shortNames: (member(taken, 'shortNames') as string[] | undefined) ?? [],
    categories: (member(taken, 'categories') as string[] | undefined) ?? [],
    namespaced: at(definition, 'spec', 'scope') === 'Namespaced',
    storage: storageOf(definition),
    versions: versions.map(({ name, served, schema, selectableFields = [] }) => ({
      name,
      served,
      schema: wholeObject(schema!.openAPIV3Schema!),
      selectable: selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    })),
    status: hasStatus ? 'subresource' : 'field',
  });
}

/** A custom kind; its status is an endpoint of its own or a field like any other. */
export function customKind({
  status: role,
  ...rest
}: Parameters<typeof defineKindOf>[0] & { readonly status: 'subresource' | 'field' }): Kind {
  const separate = role === 'subresource';
  return defineKindOf({
    ...rest,
    features: new Set<Feature>(separate ? ['generation', 'status'] : ['generation']),
    reset: separate ? ['status'] : [],
  });
}

function defineKindOf(rest: Omit<Parameters<typeof defineKind>[0], 'origin'>): Kind {
  return defineKind({ ...rest, origin: 'custom' });
}

/** The status of a definition whose names are taken and whose kind is served. */
export function established(definition: JsonObject, time: string): JsonObject {
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    reason,
    message,
  });
  return {
    acceptedNames: mapMembers(at(definition, 'spec', 'names') as JsonObject, (value) => value),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: [storageOf(definition)],
  };
}
