import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { scaleway } from '../../../../providers/scaleway/index.ts';
import { startFakeScaleway } from '../../../fakes/scaleway.ts';
import {
  clientOf,
  clusterScope,
  failsWith,
  pushOf,
  soon,
  storeScope,
  text,
  texts,
} from '../../../support/provider-client.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const projectId = '6170692e-7363-616c-6577-61792e636f6d';
const spec = {
  region: 'fr-par',
  projectId,
  accessKey: { value: 'SCW0EXAMPLE0ACCESS00' },
  secretKey: { secretRef: { name: 'scaleway', key: 'secret' } },
};

async function setup(t: TestContext, { secret = 'right', project = projectId } = {}) {
  const fake = await startFakeScaleway(projectId, 'right');
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  const client = await clientOf(
    t,
    scaleway as Provider,
    { ...spec, apiUrl: proxy.url, projectId: project },
    { secrets: { scaleway: { secret } } },
  );
  const read = async (key: string, version?: string) =>
    text((await client.read({ key, ...(version === undefined ? {} : { version }) }, soon())).value());
  return { fake, proxy, client, read };
}

test('a key names a secret by id, by path or by name', async (t) => {
  const { fake, proxy, client, read } = await setup(t);
  const { id } = fake.put('password', 'deep', { path: '/team/db' });
  assert.equal(await read(`id:${id}`), 'deep');
  assert.equal(await read('path:/team/db/password'), 'deep');
  assert.equal(await read('name:password'), 'deep');
  assert.equal(
    proxy.requests[1]?.path,
    `/secret-manager/v1beta1/regions/fr-par/secrets-by-path/versions/latest_enabled/access?secret_path=%2Fteam%2Fdb&secret_name=password&project_id=${projectId}`,
  );
  fake.put('top', 'root');
  assert.equal(await read('path:/top'), 'root');
  for (const key of ['password', 'path:password', 'id:../../x', 'uuid:x'])
    await failsWith(client.read({ key }, soon()), 'Rejected');
});

test('of two secrets of a name the one of the root counts, else nobody can tell', async (t) => {
  const { fake, client, read } = await setup(t);
  fake.put('password', 'a', { path: '/a' });
  fake.put('password', 'b', { path: '/b' });
  await failsWith(client.read({ key: 'name:password' }, soon()), 'Ambiguous');
  await failsWith(client.find!({ name: 'pass' }, soon()), 'Ambiguous');
  fake.put('password', 'root');
  assert.equal(await read('name:password'), 'root');
});

test('the newest enabled revision is read; one that is named, also by word, is read as it is', async (t) => {
  const { fake, client, read } = await setup(t);
  const secret = fake.put('key', 'one');
  fake.put('key', 'two');
  fake.put('key', 'three');
  for (const [index, version] of secret.versions.entries()) version.enabled = index === 1;
  assert.equal(await read('name:key'), 'two');
  assert.equal(await read('name:key', '1'), 'one');
  assert.equal(await read('name:key', 'latest'), 'three');
  for (const version of secret.versions) version.enabled = false;
  await failsWith(client.read({ key: 'name:key' }, soon()), 'NotFound');
  assert.equal((await client.find!({ name: 'key' }, soon())).size, 0);
});

test('find goes by path and by every tag', async (t) => {
  const { fake, client } = await setup(t);
  fake.put('both', '1', { tags: ['a', 'b'], path: '/x' });
  fake.put('one', '2', { tags: ['a'] });
  assert.deepEqual(texts(await client.find!({ tags: { a: '', b: '' } }, soon())), { both: '1' });
  assert.deepEqual(texts(await client.find!({ path: '/' }, soon())), { one: '2' });
});

test('a listing that ends before its total is no listing', async (t) => {
  const { fake, client } = await setup(t);
  fake.put('one', '1');
  fake.counts = 2;
  await failsWith(client.find!({ name: 'o' }, soon()), 'Malformed');
});

test('a property that is missing is absent, as in ESO, and numbers keep their spelling', async (t) => {
  const { fake, client } = await setup(t);
  fake.put('json', '{"n": 1.50}');
  const secret = await client.read({ key: 'name:json' }, soon());
  assert.equal(text(secret.value('n')), '1.50');
  assert.throws(() => secret.value('other'), { code: 'NotFound' });
});

test('who is refused fails the store, and who may not is denied', async (t) => {
  const wrong = await setup(t, { secret: 'wrong' });
  assert.equal((await failsWith(wrong.client.check(soon()), 'LoginFailed')).retry, 'identity');
  const foreign = await setup(t, { project: '00000000-0000-0000-0000-000000000000' });
  const denied = await failsWith(foreign.client.read({ key: 'name:any' }, soon()), 'Denied');
  assert.equal(denied.details.backendCode, 'permissions_denied');
});

test('a push makes the secret in its folder, and disables the revision before', async (t) => {
  const { fake, client } = await setup(t);
  assert.equal(await client.push!(pushOf('path:/team/new', 'one'), soon()), 'written');
  assert.equal(await client.push!(pushOf('path:/team/new', 'two'), soon()), 'written');
  const [secret] = fake.secrets;
  assert.equal(secret?.path, '/team');
  assert.deepEqual(
    secret?.versions.map(({ enabled }) => enabled),
    [false, true],
  );
  await failsWith(client.push!(pushOf(`id:${secret?.id}`, 'three'), soon()), 'InvalidPush');
  assert.equal(await client.delete!({ remoteKey: 'path:/team/new' }, soon()), 'deleted');
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    scaleway.validate({ ...spec, ...more } as never, scope).map(({ path }) => path);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ region: 'fr-par/../x', projectId: 'x', apiUrl: 'ftp://x' }), [
    'apiUrl',
    'region',
    'projectId',
  ]);
  assert.deepEqual(problems({ accessKey: {} }), ['accessKey']);
  assert.deepEqual(problems({ secretKey: { value: 'v', secretRef: { name: 'a', key: 'b' } } }), [
    'secretKey',
  ]);
  assert.deepEqual(problems({}, clusterScope), ['secretKey.secretRef.namespace']);
});
