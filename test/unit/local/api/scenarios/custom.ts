import type { Call, Scenario, Wait } from '../conversation.ts';
import { apply, jsonPatch, mergePatch, namespace } from './builders.ts';

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
async function kind(
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

/** Generations, status isolation, versions that don't move. */
const customResources: Scenario = async (call, wait) => {
  const { path, widget, group } = await kind(call, wait, 'custom');
  const made = await call('POST', path, widget('a', { spec: { size: 1 }, status: { phase: 'ignored' } }));
  await call('PUT', `${path}/a`, widget('a', { spec: { size: 2 } }));
  const version = (answer: typeof made) => ({
    name: 'a',
    resourceVersion: answer.body.metadata.resourceVersion,
  });
  let last = await call('PUT', `${path}/a`, widget('a', { metadata: version(made), spec: { size: 2 } }));
  last = await call(
    'PUT',
    `${path}/a`,
    widget('a', { metadata: version(last), spec: { size: 2 }, status: { phase: 'ignored' } }),
  );
  last = await call(
    'PUT',
    `${path}/a`,
    widget('a', { metadata: { ...version(last), labels: { a: 'b' }, generation: 77 }, spec: { size: 2 } }),
  );
  last = await call(
    'PUT',
    `${path}/a/status?fieldManager=s`,
    widget('a', {
      metadata: { ...version(last), labels: { c: 'd' } },
      spec: { size: 9 },
      status: { phase: 'seen', unknown: 1 },
    }),
  );
  last = await call(
    'PUT',
    `${path}/a/status?fieldManager=s`,
    widget('a', { metadata: version(last), status: { phase: 'seen' } }),
  );
  await call('PUT', `${path}/a/status`, widget('a', { metadata: version(made), status: { phase: 'late' } }));
  await call('PUT', `${path}/a/status`, widget('a', { status: { phase: 'late' } }));
  await mergePatch(call, `${path}/a/status?fieldManager=t`, {
    spec: { size: 9 },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  await mergePatch(call, `${path}/a/status?fieldManager=t`, { status: { conditions: [{ type: 'Ready' }] } });
  await mergePatch(call, `${path}/a?fieldManager=u`, { spec: { size: 3 }, status: { phase: 'ignored' } });
  await mergePatch(call, `${path}/a?fieldManager=u`, { metadata: { annotations: { a: 'b' } } });
  await jsonPatch(call, `${path}/a/status`, [
    { op: 'replace', path: '/status/phase', value: 'patched' },
    { op: 'add', path: '/metadata/labels/z', value: 'z' },
  ]);
  await call('GET', `${path}/a/status`);
  await apply(call, `${path}/a/status`, 'fieldManager=v', widget('a', { status: { observedGeneration: 3 } }));
  await apply(
    call,
    `${path}/a/status`,
    'fieldManager=v',
    widget('a', { spec: { size: 7 }, metadata: { name: 'a', labels: { l: 'm' } }, status: {} }),
  );
  await apply(
    call,
    `${path}/absent/status`,
    'fieldManager=v',
    widget('absent', { status: { observedGeneration: 3 } }),
  );
  await mergePatch(call, `${path}/a`, { metadata: { finalizers: ['x.io/a'] } });
  await call('DELETE', `${path}/a`);
  await call('DELETE', `${path}/a`);
  await mergePatch(call, `${path}/a`, { spec: { size: 5 } });
  await call('GET', path.replace('/v1/', '/v1beta1/').concat('/a'));
  await mergePatch(call, path.replace('/v1/', '/v1beta1/').concat('/a?fieldManager=beta'), {
    spec: { size: 6 },
  });
  await mergePatch(call, `${path}/a`, { metadata: { finalizers: null } });
  await call('GET', `${path}/a`);
  await call('POST', path, { ...widget('b', {}), apiVersion: `${group}/v1beta1` });
  await call('POST', path, { ...widget('b', {}), kind: 'Gadget' });
  await call('POST', path.replace('/v1/', '/v9/'), widget('b', {}));
  await call('POST', path, widget('b', {}));
  await call('DELETE', `${path}/b`);
};

/** Pruning, defaulting and validation by the schema. */
const customSchema: Scenario = async (call, wait) => {
  const { path, widget } = await kind(call, wait, 'schema');
  const post = (fields: object, query = '') => call('POST', `${path}${query}`, widget('bad', fields));
  await call(
    'POST',
    path,
    widget('good', {
      extra: 1,
      spec: {
        size: 1,
        unknown: 1,
        nested: { needed: 'x', deep: { unknown: 1 } },
        labels: { a: 'b' },
        bag: { known: 1, more: { deeper: [1] } },
        any: [{ x: null }],
        port: 80,
        items: [{ name: 'n', unknown: 1 }],
        nullable: null,
        mode: null,
      },
    }),
  );
  await call(
    'POST',
    path,
    widget('nulls', { spec: { size: null, nested: null, labels: { a: null }, bag: { x: null } } }),
  );
  await post({ spec: { size: 0 } });
  await post({ spec: { size: 11 } });
  await post({ spec: { size: 1.5 } });
  await post({ spec: { size: '1' } });
  await post({ spec: { ratio: 'x' } });
  await post({ spec: { mode: 'C' } });
  await post({ spec: { name: 'a' } });
  await post({ spec: { name: 'abcde' } });
  await post({ spec: { name: 'A1' } });
  await post({ spec: { on: 'true' } });
  await post({ spec: { nested: {} } });
  await post({ spec: { nested: { needed: 1, deep: { flag: 'x' } } } });
  await post({ spec: { labels: {} } });
  await post({ spec: { labels: { a: 1 } } });
  await post({ spec: { labels: { a: '', b: '', c: '' } } });
  await post({ spec: { bag: { known: 'x' } } });
  await post({ spec: { port: true } });
  await post({ spec: { items: [] } });
  await post({ spec: { items: [{}, { name: 'a' }, { name: 'b' }, { name: 'c' }] } });
  await post({ spec: { items: {} } });
  await post({ spec: { named: [{ name: 'a' }, { name: 'a' }] } });
  await post({ spec: { unique: ['a', 'a'] } });
  for (const ca of ['', 'YQ', 'YQ==', '_w==', 'Y\nQ==', 'a b=']) await post({ spec: { size: 0, ca } });
  for (const when of [
    '2001-01-01T00:00:00Z',
    '2001-01-01T00:00:00.123+02:00',
    '2001-01-01',
    '2001-13-01T00:00:00Z',
    '2001-01-01 00:00:00Z',
    '',
  ])
    await post({ spec: { size: 0, when } });
  await post({ spec: { small: 2 ** 31 } });
  await post({ spec: { size: 0, small: -(2 ** 31), big: 2 ** 53 } });
  for (const one of [{}, { x: 'a' }, { x: 'a', y: 'b' }]) await post({ spec: { size: 0, one } });
  await post({ spec: 'x' });
  await post({ spec: { size: 0, name: 'A' } });
  await post({ metadata: { name: 'Bad' } });
  await post({ spec: { unknown: 1, nested: { needed: 'x', more: 1 } }, other: 1 }, '?fieldValidation=Strict');
  await mergePatch(call, `${path}/good`, { spec: { unknown: 2 } });
  await mergePatch(call, `${path}/good`, { spec: { size: 'x' } });
  await mergePatch(call, `${path}/good`, { spec: { nested: { deep: null } } });
};

/** Lists by the fields that the definition makes selectable. */
const customFields: Scenario = async (call, wait) => {
  const { path, widget } = await kind(call, wait, 'fields');
  await call('POST', path, widget('a', { spec: { mode: 'A' } }));
  await call('POST', path, widget('b', { spec: { mode: 'B' } }));
  await call('POST', path, widget('c', {}));
  for (const selector of [
    'spec.mode=B',
    'spec.mode!=B',
    'spec.mode=',
    'spec.mode=A,metadata.name=a',
    'spec.size=1',
  ])
    await call('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`);
};

/** Server-side apply on granular maps, keyed lists, sets and atomic parts. */
const customApply: Scenario = async (call, wait) => {
  const { path, widget } = await kind(call, wait, 'capply');
  const put = (manager: string, fields: object, query = '') =>
    apply(call, `${path}/a`, `fieldManager=${manager}${query}`, widget('a', fields));
  await put('one', {
    spec: {
      size: 1,
      nested: { needed: 'x' },
      labels: { a: '1' },
      items: [{ name: 'a' }],
      named: [{ name: 'a', value: '1' }],
      unique: ['a'],
      whole: { a: '1' },
      bag: { x: { y: 1 }, l: [1] },
    },
  });
  await put('one', {
    spec: {
      size: 1,
      nested: { needed: 'x' },
      labels: { a: '1' },
      items: [{ name: 'a' }],
      named: [{ name: 'a', value: '1' }],
      unique: ['a'],
      whole: { a: '1' },
      bag: { x: { y: 1 }, l: [1] },
    },
  });
  await put('two', {
    spec: {
      mode: 'A',
      labels: { b: '2' },
      named: [{ name: 'b', value: '2' }],
      unique: ['b'],
      bag: { x: { z: 2 } },
    },
  });
  await put('two', { spec: { items: [{ name: 'b' }] } });
  await put('two', { spec: { items: [{ name: 'b' }], whole: { b: '2' } } }, '&force=true');
  await put('one', { spec: { named: [{ name: 'a', value: '2' }] } }, '&force=true');
  await put('one', { spec: { bag: {}, nested: { needed: 'y', deep: {} } } }, '&force=true');
  await put('one', { spec: {} }, '&force=true');
  await put('two', {}, '&force=true');
  await put('one', { spec: { unknown: 1 } });
  await put('one', { spec: { size: 'x' } });
  await put('one', { spec: { size: 99 } });
  await put('one', { status: { phase: 'x' }, spec: { size: 2 } });
  await mergePatch(call, `${path}/a?fieldManager=three`, {
    spec: { labels: { a: '9', b: '8' }, items: [{ name: 'z' }], bag: { deep: { er: { x: 1 } } } },
  });
  await mergePatch(call, `${path}/a?fieldManager=three`, {
    spec: { labels: { a: null }, bag: { deep: { er: null } } },
  });
  await apply(call, `${path.replace('/v1/', '/v1beta1/')}/a`, 'fieldManager=one', {
    ...widget('a', { spec: { size: 3 } }),
    apiVersion: 'capply.example.com/v1beta1',
  });
  await put('one', { spec: { size: 4 } });
  await apply(
    call,
    `${path.replace('/v1/', '/v1beta1/')}/a`,
    'fieldManager=one',
    widget('a', { spec: { size: 3 } }),
  );
  // Ownership of the status seen from another version's main endpoint.
  await apply(call, `${path}/a/status`, 'fieldManager=status', widget('a', { status: { phase: 'x' } }));
  await mergePatch(call, `${path.replace('/v1/', '/v1beta1/')}/a?fieldManager=four`, {
    status: null,
    spec: { size: 5 },
  });
  await mergePatch(call, `${path.replace('/v1/', '/v1beta1/')}/a/status?fieldManager=four`, {
    status: { phase: 'y' },
    spec: { size: 6 },
  });
  await put('one', { spec: { labels: { a: null } } }, '&force=true');
  await put('one', { spec: { any: null, nested: null, nullable: null } }, '&force=true');
};

/** The definition itself: defaults, conditions, what is refused. */
const definitions: Scenario = async (call, { served }) => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await call('POST', path, widgets('defs.example.com'));
  await served('/apis/defs.example.com/v1/widgets');
  await call('GET', `${path}/widgets.defs.example.com`);
  await call('GET', '/apis/defs.example.com/v1');
  await call('GET', '/apis/defs.example.com');
  await call('GET', '/apis/defs.example.com/v1/widgets');
  await mergePatch(call, `${path}/widgets.defs.example.com?fieldManager=m`, {
    metadata: { labels: { a: 'b' } },
  });
  await call('POST', path, { ...widgets('defs.example.com'), metadata: { name: 'wrong.defs.example.com' } });
};

export const customScenarios = { customFields, customResources, customSchema, customApply, definitions };
