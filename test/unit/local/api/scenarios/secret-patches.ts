import type { Call, Scenario } from '../conversation.ts';
import {
  apply,
  base64,
  configMap,
  jsonPatch,
  mergePatch,
  namespace,
  secret,
  strategicPatch,
} from './builders.ts';

/** JSON patches, with and without a rewrite of managedFields. */
const secretJsonPatch: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'jsonpatch');
  const at = (name: string, query = 'fieldManager=patcher') => `${secrets}/${name}?${query}`;
  const made = await apply(
    call,
    `${secrets}/a`,
    'fieldManager=one&force=true',
    secret('a', {
      data: { k: base64('1'), l: base64('1') },
      metadata: labelled('a', { x: '1', 'a.b/c': '2' }),
    }),
  );
  const version = made.body.metadata.resourceVersion;
  await jsonPatch(call, at('a'), [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    { op: 'replace', path: '/data/k', value: base64('2') },
  ]);
  await jsonPatch(call, at('a'), [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    { op: 'replace', path: '/data/k', value: base64('3') },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/metadata/resourceVersion', value: version }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/data/k', value: base64('2') }]);
  await jsonPatch(call, at('a'), [
    { op: 'remove', path: '/metadata/labels/a.b~1c' },
    { op: 'add', path: '/data/n', value: base64('n') },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'remove', path: '/data/absent' }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/data/absent', value: base64('1') }]);
  await jsonPatch(call, at('a'), [{ op: 'add', path: '/metadata/annotations/x', value: '1' }]);
  await jsonPatch(call, at('a'), [{ op: 'add', path: '/metadata/annotations', value: { x: '1' } }]);
  await jsonPatch(call, at('a'), [
    { op: 'test', path: '/metadata/labels/absent', value: null },
    { op: 'copy', from: '/data/k', path: '/data/copied' },
    { op: 'move', from: '/data/n', path: '/data/moved' },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'invent', path: '/data/k' }]);
  await jsonPatch(call, at('a'), [{ op: 'add', path: '/data/k', value: 7 }]);
  await jsonPatch(call, at('a'), [{ op: 'add', path: '/data/k', value: '?' }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/type', value: 'other' }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/metadata/name', value: 'other' }]);
  await jsonPatch(call, at('a'), [
    { op: 'add', path: '/metadata/finalizers', value: ['x.io/a'] },
    { op: 'add', path: '/metadata/finalizers/-', value: 'x.io/b' },
    { op: 'add', path: '/metadata/finalizers/0', value: 'x.io/c' },
    { op: 'remove', path: '/metadata/finalizers/1' },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'add', path: '/metadata/finalizers/9', value: 'x.io/d' }]);
  await jsonPatch(call, at('a'), [{ op: 'remove', path: '/metadata/finalizers' }]);
  await jsonPatch(call, at('a'), {});
  await jsonPatch(call, at('a'), '[');
  await jsonPatch(call, at('none'), [{ op: 'add', path: '/data', value: {} }]);
  await handOver(call, secrets);
};

/** One manager's entry is rewritten into another's: how ownership moves whole. */
async function handOver(call: Call, secrets: string): Promise<void> {
  const b = `${secrets}/b`;
  const { uid } = (await call('POST', secrets.replace('/secrets', '/configmaps'), configMap('o'))).body
    .metadata;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid, controller: true };
  const fields = {
    data: { k: base64('1'), l: base64('1') },
    metadata: { name: 'b', labels: { x: '1', owner: 'o' }, ownerReferences: [owner] },
  };
  const made = await apply(call, b, 'fieldManager=one&force=true', secret('b', fields));
  const entry = made.body.metadata.managedFields[0];
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'test', path: '/metadata/resourceVersion', value: made.body.metadata.resourceVersion },
    { op: 'remove', path: '/metadata/ownerReferences' },
    { op: 'remove', path: '/metadata/labels/owner' },
    { op: 'replace', path: '/metadata/managedFields', value: [{ ...entry, manager: 'two' }] },
  ]);
  await apply(call, b, 'fieldManager=two', secret('b', { data: { k: base64('2') } }));
  await apply(call, b, 'fieldManager=one&force=true', secret('b', fields));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: [{ ...entry, operation: 'Invented' }] },
  ]);
  await jsonPatch(call, `${b}?fieldManager=two`, [
    {
      op: 'replace',
      path: '/metadata/managedFields',
      value: [
        { ...entry, fieldsV1: { 'f:data': { 'f:k': {}, 'f:absent': {} }, 'f:metadata': { 'f:name': {} } } },
      ],
    },
    { op: 'add', path: '/data/two', value: base64('2') },
  ]);
  await apply(call, b, 'fieldManager=one&force=true', secret('b', { data: { l: base64('3') } }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: [] },
  ]);
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'add', path: '/data/untracked', value: base64('3') },
  ]);
  await apply(call, b, 'fieldManager=one', secret('b', { data: { l: base64('3') } }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: [{}] },
  ]);
  await call('PUT', `${b}?fieldManager=two`, secret('b', { data: { l: base64('4') } }));
  await apply(call, b, 'fieldManager=one', secret('b', { data: { l: base64('5') } }));
  await apply(call, b, 'fieldManager=one&force=true', secret('b', { data: { l: base64('5') } }));
  const before = (
    await apply(call, b, 'fieldManager=two&force=true', secret('b', { data: { m: base64('6') } }))
  ).body.metadata;
  const both = before.managedFields.map((held: object) => ({ ...held, manager: 'two' }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: both.toSorted(byFields) },
  ]);
  await apply(call, b, 'fieldManager=two', secret('b', { data: { n: base64('7') } }));
  const last = await call('GET', b);
  await call('PUT', `${b}?fieldManager=three`, {
    ...last.body,
    metadata: { ...last.body.metadata, managedFields: last.body.metadata.managedFields.slice(0, 1) },
  });
}

/** An order that does not depend on times: of two entries by one manager the last counts. */
const byFields = (a: { fieldsV1: object }, b: { fieldsV1: object }) =>
  JSON.stringify(a.fieldsV1) < JSON.stringify(b.fieldsV1) ? -1 : 1;

/** Merge patches and the strategic ones that mean the same. */
const secretMergePatch: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'merged');
  await apply(
    call,
    `${secrets}/a`,
    'fieldManager=one',
    secret('a', { data: { k: base64('1'), l: base64('1') } }),
  );
  const at = `${secrets}/a?fieldManager=merger`;
  await mergePatch(call, at, {
    data: { k: base64('2'), l: null, n: base64('n') },
    metadata: { labels: { x: '1' } },
  });
  await mergePatch(call, at, { data: { k: base64('2') } });
  await mergePatch(call, at, { stringData: { s: 'text' } });
  await mergePatch(call, at, { data: null });
  await mergePatch(call, at, { metadata: { resourceVersion: '1' } });
  await mergePatch(call, at, { metadata: { labels: null, annotations: { a: 'b' } } });
  await mergePatch(call, at, { data: { k: true } });
  await mergePatch(call, at, { type: 'x' });
  await mergePatch(call, at, []);
  await mergePatch(call, `${secrets}/none`, {});
  await strategicPatch(call, at, { data: { p: base64('p') }, metadata: { labels: { y: '2' } } });
  await strategicPatch(call, at, { data: { p: null } });
  await call('PATCH', at, {}, 'application/json');
};

const labelled = (name: string, labels: Record<string, string>) => ({ name, labels });

export const secretPatchScenarios = { secretJsonPatch, secretMergePatch };
