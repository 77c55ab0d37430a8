import type { Scenario } from '../conversation.ts';
import { apply, jsonPatch, mergePatch } from './builders.ts';
import { kind, widgets } from './widgets.ts';

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

/** A definition by server-side apply, as installers do it: created, changed, taken over. */
const definitionApply: Scenario = async (call, { served }) => {
  const definition = widgets('defapply.example.com');
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.defapply.example.com';
  await apply(call, path, 'fieldManager=one', definition);
  await served('/apis/defapply.example.com/v1/widgets');
  const spec = definition.spec as { versions: object[] };
  const additionalPrinterColumns = [{ name: 'Mode', type: 'string', jsonPath: '.spec.mode' }];
  const versions = spec.versions.map((version) => ({ ...version, additionalPrinterColumns }));
  await apply(call, path, 'fieldManager=one', { ...definition, spec: { ...spec, versions } });
  await apply(call, path, 'fieldManager=two', definition);
  await apply(call, path, 'fieldManager=two', { ...definition, spec: { ...spec, scope: 'Cluster' } });
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
  await mergePatch(call, `${path}/widgets.defs.example.com`, { spec: { scope: 'Cluster' } });
  await mergePatch(call, `${path}/widgets.defs.example.com`, { spec: { names: { kind: 'Gadget' } } });
};

export const customScenarios = { customFields, customResources, customApply, definitionApply, definitions };
