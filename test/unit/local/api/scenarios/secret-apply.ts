import type { Scenario } from '../conversation.ts';
import { apply, applyYaml, base64, configMap, namespace, secret } from './builders.ts';

/** Server-side apply on Secrets: sharing, taking over, dropping keys, conflicts. */
const secretApply: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'applied');
  const one = (name: string, fields: object, query = '') =>
    apply(call, `${secrets}/${name}`, `fieldManager=one${query}`, secret(name, fields));
  const two = (name: string, fields: object, query = '') =>
    apply(call, `${secrets}/${name}`, `fieldManager=two${query}`, secret(name, fields));

  await one('a', {
    type: 'Opaque',
    data: { k: base64('1'), l: base64('1') },
    metadata: labelled('a', { x: '1' }),
  });
  await one('a', {
    type: 'Opaque',
    data: { k: base64('1'), l: base64('1') },
    metadata: labelled('a', { x: '1' }),
  });
  await two('a', { data: { k: base64('1') } });
  await two('a', { data: { k: base64('1') } });
  await two('a', { data: { k: base64('2') } });
  await two('a', { data: { k: base64('2') } }, '&force=true&dryRun=All');
  await two('a', { data: { k: base64('2') } }, '&force=true');
  await one('a', { type: 'Opaque', data: { k: base64('1') } });
  await one('a', { type: 'Opaque', data: { k: base64('1'), m: base64('m') } }, '&force=true');
  await two('a', {});
  await one('a', { type: 'Opaque', data: {} });
  await one('a', { type: 'Opaque' });
  await one('a', {});
  await call('GET', `${secrets}/a`);

  await one('defaulted', { data: { k: base64('1') } });
  await two('defaulted', { type: 'Opaque' });
  await two('defaulted', { type: 'kubernetes.io/basic-auth' }, '&force=true');
  await one('empty', {});
  await one('empty', { data: { k: '' } });
  await one('empty', { immutable: true });
  await one('empty', { immutable: true, data: { k: base64('1') } });

  await one('folded', { stringData: { s: 'x' } });
  await one('folded', { stringData: { t: 'y' } });
  await one('folded', { data: { t: base64('y') } });
  await call('GET', `${secrets}/folded`);

  await call(
    'POST',
    `${secrets}?fieldManager=poster`,
    secret('posted', { data: { k: base64('1'), l: base64('l') } }),
  );
  await one('posted', { data: { k: base64('1') } });
  await one('posted', { data: { k: base64('2') } });
  await one('posted', { data: { k: base64('2'), l: base64('2') } });
  await one('posted', { data: { k: base64('2') } }, '&force=true');
  await one('posted', {});
  await call('PUT', `${secrets}/posted?fieldManager=one`, secret('posted', { data: { z: base64('z') } }));
  await one('posted', { data: { z: base64('z') } });
  await one('posted', { data: { y: base64('y') } });

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

const labelled = (name: string, labels: Record<string, string>) => ({ name, labels });

export const secretApplyScenarios = { secretApply, secretApplyMetadata };
