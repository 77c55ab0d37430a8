import type { Call, Wait } from '../conversation.ts';
import { namespace } from './builders.ts';

const text = { type: 'string' };
const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });
const list = (items: object, rest: object = {}) => ({ type: 'array', items, ...rest });

const spec = object(
  {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    ratio: { type: 'number' },
    mode: { type: 'string', enum: ['A', 'B'], default: 'A' },
    name: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]*$' },
    on: { type: 'boolean' },
    nested: object(
      {
        deep: object({ flag: { type: 'boolean', default: true }, other: text }, { default: {} }),
        needed: text,
      },
      { required: ['needed'] },
    ),
    labels: { type: 'object', additionalProperties: text, minProperties: 1, maxProperties: 2 },
    bag: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'integer' } },
    },
    any: { 'x-kubernetes-preserve-unknown-fields': true },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    items: list(object({ name: text, value: text }, { required: ['name'] }), { minItems: 1, maxItems: 3 }),
    named: list(object({ name: text, value: text }, { required: ['name'] }), {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    }),
    unique: list(text, { 'x-kubernetes-list-type': 'set' }),
    whole: object({ a: text, b: text }, { 'x-kubernetes-map-type': 'atomic' }),
    nullable: { type: 'string', nullable: true },
    ca: { type: 'string', format: 'byte' },
    when: { type: 'string', format: 'date-time' },
    small: { type: 'integer', format: 'int32' },
    big: { type: 'integer', format: 'int64' },
    one: object({ x: text, y: text }, { oneOf: [{ required: ['x'] }, { required: ['y'] }] }),
  },
  {},
);

const conditions = list(
  object(
    { type: text, status: text, lastTransitionTime: { type: 'string', format: 'date-time' } },
    { required: ['type', 'status'] },
  ),
);
const status = object({ conditions, observedGeneration: { type: 'integer', format: 'int64' }, phase: text });

/** A namespaced kind with a status, in two versions. */
export function widgets(group: string): Record<string, unknown> {
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    subresources: { status: {} },
    selectableFields: [{ jsonPath: '.spec.mode' }],
    schema: { openAPIV3Schema: object({ spec, status }) },
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [version('v1', true), version('v1beta1', false)],
    },
  };
}

/** Registers the kind, waits until it is served and returns the path of the collection in a fresh namespace. */
export async function kind(
  call: Call,
  { served }: Wait,
  name: string,
): Promise<{ group: string; path: string; widget: (name: string, fields: object) => object }> {
  const group = `${name}.example.com`;
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgets(group));
  await served(`/apis/${group}/v1/widgets`);
  await served(`/apis/${group}/v1beta1/widgets`);
  await namespace(call, name);
  return {
    group,
    path: `/apis/${group}/v1/namespaces/${name}/widgets`,
    widget: (object, fields) => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: object },
      ...fields,
    }),
  };
}
