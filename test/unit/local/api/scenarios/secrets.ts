import type { Call, Scenario } from '../conversation.ts';
import {
  apply,
  applyYaml,
  configMap,
  jsonPatch,
  mergePatch,
  namespace,
  secret,
  strategicPatch,
} from './builders.ts';

const v = (text: string): string => Buffer.from(text).toString('base64');

/** Create, read, replace: defaults, folding of stringData, versions, writes that change nothing. */
const secretBasics: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'basics');
  await call(
    'POST',
    `${secrets}?fieldManager=one`,
    secret('a', { data: { k: v('1') }, stringData: { s: 'x', k: '2' } }),
  );
  await call('POST', `${secrets}?fieldManager=one`, secret('a', {}));
  const { body } = await call('GET', `${secrets}/a`);
  await call('PUT', `${secrets}/a?fieldManager=one`, body);
  await call('PUT', `${secrets}/a?fieldManager=two`, body);
  await call('PUT', `${secrets}/a?fieldManager=two`, { ...body, data: { ...body.data, n: v('new') } });
  await call('PUT', `${secrets}/a?fieldManager=two`, { ...body, data: { n: v('stale') } });
  await call('PUT', `${secrets}/a?fieldManager=three`, secret('a', { data: { u: v('unconditional') } }));
  await call(
    'PUT',
    `${secrets}/a?fieldManager=three`,
    secret('a', { data: { u: v('unconditional') }, extra: 1 }),
  );
  await call(
    'PUT',
    `${secrets}/a`,
    secret('a', { metadata: { name: 'a', uid: '11111111-1111-4111-8111-111111111111' } }),
  );
  await call('PUT', `${secrets}/a`, secret('b', {}));
  await call('PUT', `${secrets}/none`, secret('none', {}));
  await call('GET', `${secrets}/none`);
  await call(
    'POST',
    secrets,
    secret('empty', { data: {}, metadata: { name: 'empty', labels: {}, annotations: null } }),
  );
  await call('POST', secrets, secret('nulls', { data: { a: null, b: v('b') }, type: null, immutable: null }));
  await call('POST', secrets, secret('', { metadata: { generateName: 'gen-' } }));
  await call('POST', secrets, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong-kind' } });
  await call('POST', secrets, { metadata: { name: 'no-kind' }, data: { a: v('a') } });
  await call('POST', secrets, secret('elsewhere', { metadata: { name: 'elsewhere', namespace: 'default' } }));
  await call('POST', secrets, '{"apiVersion": "v1", ');
  await call('POST', '/api/v1/namespaces/absent/secrets', secret('a', {}));
  await call('POST', `${secrets}?dryRun=All`, secret('dry', {}));
  await call('GET', `${secrets}/dry`);
  await call('POST', `${secrets}?fieldValidation=Strict`, secret('strict', { extra: 1 }));
  await call('POST', secrets, secret('lenient', { extra: 1, metadata: { name: 'lenient', extra: 2 } }));
  await call('GET', secrets);
};

/** Server-side apply on Secrets: sharing, taking over, dropping keys, conflicts. */
const secretApply: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'applied');
  const one = (name: string, fields: object, query = '') =>
    apply(call, `${secrets}/${name}`, `fieldManager=one${query}`, secret(name, fields));
  const two = (name: string, fields: object, query = '') =>
    apply(call, `${secrets}/${name}`, `fieldManager=two${query}`, secret(name, fields));

  await one('a', { type: 'Opaque', data: { k: v('1'), l: v('1') }, metadata: labelled('a', { x: '1' }) });
  await one('a', { type: 'Opaque', data: { k: v('1'), l: v('1') }, metadata: labelled('a', { x: '1' }) });
  await two('a', { data: { k: v('1') } });
  await two('a', { data: { k: v('1') } });
  await two('a', { data: { k: v('2') } });
  await two('a', { data: { k: v('2') } }, '&force=true&dryRun=All');
  await two('a', { data: { k: v('2') } }, '&force=true');
  await one('a', { type: 'Opaque', data: { k: v('1') } });
  await one('a', { type: 'Opaque', data: { k: v('1'), m: v('m') } }, '&force=true');
  await two('a', {});
  await one('a', { type: 'Opaque', data: {} });
  await one('a', { type: 'Opaque' });
  await one('a', {});
  await call('GET', `${secrets}/a`);

  await one('defaulted', { data: { k: v('1') } });
  await two('defaulted', { type: 'Opaque' });
  await two('defaulted', { type: 'kubernetes.io/basic-auth' }, '&force=true');
  await one('empty', {});
  await one('empty', { data: { k: '' } });
  await one('empty', { immutable: true });
  await one('empty', { immutable: true, data: { k: v('1') } });

  await one('folded', { stringData: { s: 'x' } });
  await one('folded', { stringData: { t: 'y' } });
  await one('folded', { data: { t: v('y') } });
  await call('GET', `${secrets}/folded`);

  await call('POST', `${secrets}?fieldManager=poster`, secret('posted', { data: { k: v('1'), l: v('l') } }));
  await one('posted', { data: { k: v('1') } });
  await one('posted', { data: { k: v('2') } });
  await one('posted', { data: { k: v('2'), l: v('2') } });
  await one('posted', { data: { k: v('2') } }, '&force=true');
  await one('posted', {});
  await call('PUT', `${secrets}/posted?fieldManager=one`, secret('posted', { data: { z: v('z') } }));
  await one('posted', { data: { z: v('z') } });
  await one('posted', { data: { y: v('y') } });

  await one('a', { data: { k: 7 } });
  await one('a', { data: { k: 'not base64!' } });
  await one('a', { data: { k: null } });
  await one('a', { data: 'text' });
  await one('a', { unknown: 1 });
  await one('a', { metadata: { name: 'a', labels: { x: 1 } } });
  await one('a', { metadata: { name: 'other' } });
  await one('a', { metadata: { name: 'a', namespace: 'default' } });
  await one('a', { metadata: { name: 'a', managedFields: [] } });
  await one('a', { metadata: { name: 'a', resourceVersion: '1' } });
  await one('fresh', { metadata: { name: 'fresh', resourceVersion: '1' } });
  await one('fresh', { metadata: { name: 'fresh', uid: '11111111-1111-4111-8111-111111111111' } });
  await apply(call, `${secrets}/a`, '', secret('a', {}));
  await apply(call, `${secrets}/a`, 'fieldManager=one', { kind: 'Secret', metadata: { name: 'a' } });
  await apply(call, `${secrets}/a`, 'fieldManager=one', { apiVersion: 'v1', metadata: { name: 'a' } });
  await apply(call, `${secrets}/a`, 'fieldManager=one', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
  });
  await apply(call, `${secrets}/a`, 'fieldManager=one', { apiVersion: 'v1', kind: 'Secret' });
  await applyYaml(
    call,
    `${secrets}/yaml`,
    'fieldManager=one',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: yaml}\nstringData:\n  yes: "no"\n',
  );
  await applyYaml(call, `${secrets}/yaml`, 'fieldManager=one', '- not an object');
  await applyYaml(call, `${secrets}/yaml`, 'fieldManager=one', 'a: [');
};

/** ownerReferences, finalizers, labels and annotations under several managers. */
const secretApplyMetadata: Scenario = async (call) => {
  const { secrets, path } = await namespace(call, 'metadata');
  const ref = (uid: string, rest: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner.get(uid),
    uid,
    ...rest,
  });
  const owner = new Map<string, string>();
  for (const name of ['first', 'second']) {
    const made = await call('POST', `${path}/configmaps`, configMap(name));
    owner.set(made.body.metadata.uid, name);
  }
  const [first, second] = [...owner.keys()] as [string, string];
  const put = (manager: string, metadata: object, query = '&force=true') =>
    apply(
      call,
      `${secrets}/m`,
      `fieldManager=${manager}${query}`,
      secret('m', { metadata: { name: 'm', ...metadata } }),
    );
  await put('one', {
    ownerReferences: [ref(first, { controller: true })],
    finalizers: ['x.io/a'],
    labels: { a: '1' },
  });
  await put('two', { ownerReferences: [ref(second)], finalizers: ['x.io/b'], labels: { b: '1' } });
  await put('two', { ownerReferences: [ref(second, { controller: true })] });
  await put('two', { ownerReferences: [ref(first)] }, '');
  await put('two', { ownerReferences: [ref(first, { controller: true })] }, '');
  await put('two', { ownerReferences: [ref(first), ref(first)] });
  await put('one', { ownerReferences: [ref(second, { controller: true })], annotations: { n: 'x' } });
  await put('two', { finalizers: ['x.io/b', 'x.io/a'] });
  await put('one', { finalizers: ['x.io/a', 'x.io/b'] });
  await put('one', {});
  await put('two', {});
  await put('two', { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'first' }] });
  await put('two', { ownerReferences: [{ ...ref(first), unknown: 1 }] });
  await put('two', { finalizers: ['x.io/a', 'x.io/a'] });
  const body = (metadata: object) => secret('m', { metadata: { name: 'm', ...metadata } });
  const plain = {
    ownerReferences: [ref(first), ref(first, { controller: true }), ref(second)],
    finalizers: ['x.io/a', 'x.io/b'],
  };
  await call('PUT', `${secrets}/m?fieldManager=three`, body(plain));
  await call(
    'PUT',
    `${secrets}/m?fieldManager=four`,
    body({ ...plain, ownerReferences: [ref(second, { blockOwnerDeletion: false }), ref(first)] }),
  );
  await call('PUT', `${secrets}/m?fieldManager=four`, body({ finalizers: ['x.io/b', 'x.io/a'] }));
  await call('PUT', `${secrets}/m?fieldManager=four`, body({ ownerReferences: [], finalizers: [] }));
};

/** What the API server refuses in the metadata of any object. */
const metadataValidation: Scenario = async (call) => {
  const { path } = await namespace(call, 'meta');
  const post = (metadata: object) =>
    call('POST', `${path}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  for (const name of ['A', 'a_b', '-a', 'a..b', 'a'.repeat(254), 'a/b']) await post({ name });
  await post({ generateName: 'Gen-' });
  await post({ name: 'a', labels: { 'a b': 'x' } });
  await post({ name: 'a', labels: { '-a/b': 'x', 'a/b/c': 'x', '/c': 'y', 'a/': 'y' } });
  await post({ name: 'a', labels: { a: 'x'.repeat(64), b: '-x', c: 'a/b', d: '' } });
  await post({ name: 'a', labels: { a: 1 } });
  await post({ name: 'a', labels: ['a'] });
  await post({ name: 'a', annotations: { 'a b': 'x' } });
  await post({ name: 'a', annotations: { Upper: 'x'.repeat(262144 - 5) } });
  await post({ name: 'b', annotations: { Upper: 'x'.repeat(262144 - 4) } });
  await post({ name: 'b', finalizers: ['bad name'] });
  await post({ name: 'b', finalizers: ['foregroundDeletion', 'orphan'] });
  await post({ name: 'b', ownerReferences: [{}] });
  await post({ name: 'b', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] });
  await post({ name: 'b', ownerReferences: {} });
  await post({ name: 'b', uid: '11111111-1111-4111-8111-111111111111', resourceVersion: '' });
  await post({ name: 'c', resourceVersion: '7' });
  await post({
    name: 'c',
    generation: 7,
    creationTimestamp: '2001-01-01T00:00:00Z',
    deletionTimestamp: '2001-01-01T00:00:00Z',
  });
  await post({ name: 'd', creationTimestamp: 'yesterday' });
  await call('POST', `${path}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap' });
  await call('POST', `${path}/configmaps`, []);
  await mergePatch(call, `${path}/configmaps/c`, {
    metadata: { uid: '11111111-1111-4111-8111-111111111111' },
  });
  await mergePatch(call, `${path}/configmaps/c`, {
    metadata: { generation: 8, creationTimestamp: null, deletionTimestamp: '2001-01-01T00:00:00Z' },
  });
  await mergePatch(call, `${path}/configmaps/c`, { metadata: { namespace: 'default' } });
};

/** JSON patches, with and without a rewrite of managedFields. */
const secretJsonPatch: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'jsonpatch');
  const at = (name: string, query = 'fieldManager=patcher') => `${secrets}/${name}?${query}`;
  const made = await apply(
    call,
    `${secrets}/a`,
    'fieldManager=one&force=true',
    secret('a', { data: { k: v('1'), l: v('1') }, metadata: labelled('a', { x: '1', 'a.b/c': '2' }) }),
  );
  const version = made.body.metadata.resourceVersion;
  await jsonPatch(call, at('a'), [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    { op: 'replace', path: '/data/k', value: v('2') },
  ]);
  await jsonPatch(call, at('a'), [
    { op: 'test', path: '/metadata/resourceVersion', value: version },
    { op: 'replace', path: '/data/k', value: v('3') },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/metadata/resourceVersion', value: version }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/data/k', value: v('2') }]);
  await jsonPatch(call, at('a'), [
    { op: 'remove', path: '/metadata/labels/a.b~1c' },
    { op: 'add', path: '/data/n', value: v('n') },
  ]);
  await jsonPatch(call, at('a'), [{ op: 'remove', path: '/data/absent' }]);
  await jsonPatch(call, at('a'), [{ op: 'replace', path: '/data/absent', value: v('1') }]);
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
    data: { k: v('1'), l: v('1') },
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
  await apply(call, b, 'fieldManager=two', secret('b', { data: { k: v('2') } }));
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
    { op: 'add', path: '/data/two', value: v('2') },
  ]);
  await apply(call, b, 'fieldManager=one&force=true', secret('b', { data: { l: v('3') } }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: [] },
  ]);
  await jsonPatch(call, `${b}?fieldManager=two`, [{ op: 'add', path: '/data/untracked', value: v('3') }]);
  await apply(call, b, 'fieldManager=one', secret('b', { data: { l: v('3') } }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: [{}] },
  ]);
  await call('PUT', `${b}?fieldManager=two`, secret('b', { data: { l: v('4') } }));
  await apply(call, b, 'fieldManager=one', secret('b', { data: { l: v('5') } }));
  await apply(call, b, 'fieldManager=one&force=true', secret('b', { data: { l: v('5') } }));
  const before = (await apply(call, b, 'fieldManager=two&force=true', secret('b', { data: { m: v('6') } })))
    .body.metadata;
  const both = before.managedFields.map((held: object) => ({ ...held, manager: 'two' }));
  await jsonPatch(call, `${b}?fieldManager=two`, [
    { op: 'replace', path: '/metadata/managedFields', value: both.toSorted(byFields) },
  ]);
  await apply(call, b, 'fieldManager=two', secret('b', { data: { n: v('7') } }));
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
  await apply(call, `${secrets}/a`, 'fieldManager=one', secret('a', { data: { k: v('1'), l: v('1') } }));
  const at = `${secrets}/a?fieldManager=merger`;
  await mergePatch(call, at, { data: { k: v('2'), l: null, n: v('n') }, metadata: { labels: { x: '1' } } });
  await mergePatch(call, at, { data: { k: v('2') } });
  await mergePatch(call, at, { stringData: { s: 'text' } });
  await mergePatch(call, at, { data: null });
  await mergePatch(call, at, { metadata: { resourceVersion: '1' } });
  await mergePatch(call, at, { metadata: { labels: null, annotations: { a: 'b' } } });
  await mergePatch(call, at, { data: { k: true } });
  await mergePatch(call, at, { type: 'x' });
  await mergePatch(call, at, []);
  await mergePatch(call, `${secrets}/none`, {});
  await strategicPatch(call, at, { data: { p: v('p') }, metadata: { labels: { y: '2' } } });
  await strategicPatch(call, at, { data: { p: null } });
  await call('PATCH', at, {}, 'application/json');
};

/** What the API server refuses in a Secret, and how it says so. */
const secretValidation: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'validation');
  const post = (name: string, fields: object) => call('POST', secrets, secret(name, fields));
  await post('a', { data: { k: '?' } });
  await post('a', { data: { k: 'YQ' } });
  await post('a', { data: { k: 'YR==' } });
  await post('url-safe', { data: { k: '_-8=' } });
  await post('newline', { data: { k: 'Y\nQ==' } });
  await post('a', { data: { k: 1 } });
  await post('a', { data: [] });
  await post('a', { stringData: { k: {} } });
  await post('a', { type: 1 });
  await post('a', { immutable: 'yes' });
  await post('a', { data: { 'a b': '', '': '', '..': '', '..a': '', a_B: '' } });
  await post('proto', { data: JSON.parse('{"__proto__":"YQ==","constructor":"Yg=="}') });
  await post('a', { type: 'kubernetes.io/dockerconfigjson' });
  await post('a', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'no json' } });
  await post('docker', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } });
  await post('a', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '[]' } });
  await post('a', { type: 'kubernetes.io/tls', data: {} });
  await post('tls', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } });
  await post('a', { type: 'kubernetes.io/basic-auth' });
  await post('a', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } });
  await post('a', { type: 'kubernetes.io/service-account-token' });
  await post('immutable', { immutable: true, data: { k: v('1') } });
  await mergePatch(call, `${secrets}/immutable`, { data: { k: v('2') } });
  await mergePatch(call, `${secrets}/immutable`, { immutable: false });
  await mergePatch(call, `${secrets}/immutable`, { immutable: null, data: { k: v('2') } });
  await mergePatch(call, `${secrets}/immutable`, { metadata: { labels: { a: 'b' } } });
  await mergePatch(call, `${secrets}/tls`, { type: 'Opaque' });
  await mergePatch(call, `${secrets}/tls`, { type: null });
  const large = 'a'.repeat(1024 * 1024);
  await post('a', { stringData: { k: `${large}a` } });
  const just = await post('largest', { stringData: { k: large } });
  if (just.status !== 201) throw new Error('1 MiB is allowed');
};

const labelled = (name: string, labels: Record<string, string>) => ({ name, labels });

export const secretScenarios = {
  secretBasics,
  secretApply,
  secretApplyMetadata,
  secretJsonPatch,
  secretMergePatch,
  secretValidation,
  metadataValidation,
};
