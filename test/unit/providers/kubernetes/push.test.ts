import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApiServer } from '../../../../local/api/server.ts';
import { createStore } from '../../../../local/api/store.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { Push, StoreScope } from '../../../../providers/kit/provider.ts';
import { connectKubernetes } from '../../../../providers/kubernetes/client.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { http } from '../../../support/http.ts';

const soon = () => AbortSignal.timeout(10_000);
const own: StoreScope = { kind: 'SecretStore', name: 's', namespace: 'team' };

async function setup(t: { after(end: () => Promise<void>): void }, scope: StoreScope = own) {
  const api = await startApiServer({ store: createStore() });
  t.after(() => api.close());
  const call = async (method: string, path: string, body?: object) => {
    const answer = await http({
      url: `${api.url}${path}`,
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return JSON.parse(answer.body.toString());
  };
  for (const name of ['remote', 'other'])
    await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const credentials = createCredentials(scope, memoryKube({}, 'a-token'));
  const spec = {
    server: { url: api.url },
    auth: { serviceAccount: { name: 'app' } },
    remoteNamespace: 'remote',
  };
  const client = await connectKubernetes(spec, scope, { credentials, now: Date.now, countCall: () => {} });
  t.after(() => client.close());
  const path = (namespace = 'remote') => `/api/v1/namespaces/${namespace}/secrets`;
  return { client, call, path, show: (namespace?: string) => call('GET', `${path(namespace)}/x`) };
}

const rejects = (work: Promise<unknown>, code: ProviderErrorCode) =>
  assert.rejects(work, (error) => error instanceof ProviderError && error.code === code);
const base64 = (text: string) => Buffer.from(text).toString('base64');

const push = (fields: Partial<Push> = {}, spec?: object): Push => ({
  remoteKey: 'x',
  namespace: 'team',
  source: {
    data: new Map([
      ['b', Uint8Array.of(0, 0xff)],
      ['a', Buffer.from('one')],
    ]),
    type: 'example.com/t',
    labels: { app: 'web', 'controller-uid': 'u', 'reconcile.external-secrets.io/managed': 'true' },
    annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"one"}}' },
  },
  ...(spec === undefined
    ? {}
    : {
        metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec },
      }),
  ...fields,
});

test('a whole Secret replaces all keys, with its type and bytes, and without what others note on the source', async (t) => {
  const { client, call, path, show } = await setup(t);
  await client.push!(push(), soon());
  const made = await show();
  assert.deepEqual(made.data, { a: base64('one'), b: 'AP8=' });
  assert.equal(made.type, 'example.com/t');
  assert.deepEqual([made.metadata.labels, made.metadata.annotations], [{ app: 'web' }, { note: 'n' }]);

  const theirs = { ...made, data: { ...made.data, c: 'Yw==' } };
  theirs.metadata.labels.theirs = 'yes';
  theirs.metadata.finalizers = ['example.com/keep'];
  await call('PUT', `${path()}/x`, theirs);
  assert.equal(await client.push!(push(), soon()), 'written');
  const changed = await show();
  assert.deepEqual(Object.keys(changed.data).sort(), ['a', 'b']);
  assert.deepEqual(changed.metadata.labels, { app: 'web', theirs: 'yes' });
  assert.deepEqual(changed.metadata.finalizers, ['example.com/keep']);
});

test('one key joins the others and leaves the type of a Secret that is there', async (t) => {
  const { client, call, path, show } = await setup(t);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x' },
    type: 'Opaque',
    data: { z: 'eg==' },
  };
  await call('POST', path(), secret);
  await client.push!(push({ secretKey: 'b', property: 'bytes' }), soon());
  await client.push!(push({ property: 'all' }), soon());
  const { data, type } = await show();
  assert.deepEqual(data, { z: 'eg==', bytes: 'AP8=', all: base64('{"a":"one","b":"\\u0000\ufffd"}') });
  assert.equal(type, 'Opaque');
  await rejects(client.push!(push({ secretKey: 'b' }), soon()), 'InvalidPush');
});

test('labels and annotations go by the policies of the metadata', async (t) => {
  const { client, call, path, show } = await setup(t);
  const rows: [spec: object, labels: object][] = [
    [{ labels: { app: 'api', more: '1' } }, { app: 'api', more: '1', theirs: 'yes' }],
    [
      { sourceMergePolicy: 'Replace', labels: { only: '1' } },
      { only: '1', theirs: 'yes' },
    ],
    [{ targetMergePolicy: 'Replace' }, { app: 'web' }],
    [{ TargetMergePolicy: 'Ignore', labels: { more: '1' } }, { theirs: 'yes' }],
  ];
  for (const [spec, labels] of rows) {
    const metadata = { name: 'x', labels: { theirs: 'yes' } };
    await call('POST', path(), { apiVersion: 'v1', kind: 'Secret', metadata, type: 'example.com/t' });
    await client.push!(push({}, spec), soon());
    assert.deepEqual((await show()).metadata.labels, labels, JSON.stringify(spec));
    assert.equal(await client.push!(push({}, spec), soon()), 'unchanged');
    assert.equal(await client.delete!({ remoteKey: 'x' }, soon()), 'deleted');
  }
  await rejects(client.push!(push({}, { targetMergePolicy: 'Keep' }), soon()), 'InvalidPush');
});

test('another namespace is for a ClusterSecretStore alone', async (t) => {
  const shared = await setup(t, { kind: 'ClusterSecretStore', name: 's', namespace: 'team' });
  await shared.client.push!(push({}, { remoteNamespace: 'other' }), soon());
  assert.equal((await shared.show('other')).metadata.namespace, 'other');
  const { client, show } = await setup(t);
  await rejects(client.push!(push({}, { remoteNamespace: 'other' }), soon()), 'InvalidPush');
  assert.equal((await show('other')).code, 404);
});

test('a namespace that is not there is no absent Secret, and what the server refuses is told by its code', async (t) => {
  const { client, call, path } = await setup(t, { kind: 'ClusterSecretStore', name: 's', namespace: 'team' });
  await rejects(client.push!(push({}, { remoteNamespace: 'mistyped' }), soon()), 'Misconfigured');
  await rejects(client.push!(push({ remoteKey: 'NoName' }), soon()), 'Rejected');
  await call('POST', path(), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, type: 'Opaque' });
  await rejects(client.push!(push(), soon()), 'Rejected');
});
