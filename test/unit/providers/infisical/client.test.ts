import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { infisical } from '../../../../providers/infisical/index.ts';
import type { InfisicalSpec } from '../../../../providers/infisical/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { project, startFakeInfisical } from '../../../fakes/infisical.ts';
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

const auth = { tokenAuthCredentials: { accessToken: { name: 'infisical', key: 'token' } } };
const secretsScope = {
  secretsPath: '/app',
  recursive: false,
  environmentSlug: project.environment,
  projectSlug: project.slug,
  expandSecretReferences: true,
};

async function setup(t: TestContext, more: Partial<InfisicalSpec['secretsScope']> = {}) {
  const fake = await startFakeInfisical();
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  fake.tokens.set('t', 'writer');
  fake.grants.set('writer', { reads: '', writes: true });
  const spec = { auth, hostAPI: `${proxy.url}/api/`, secretsScope: { ...secretsScope, ...more } };
  const client = await clientOf(t, infisical as Provider, spec, { secrets: { infisical: { token: 't' } } });
  const put = (folder: string, name: string, ...values: string[]) =>
    fake.secrets.push({ folder, name, values });
  const read = async (key: string) => text((await client.read({ key }, soon())).value());
  return { fake, proxy, client, put, read };
}

test('a key is a name in the folder, a path below it, or a path of its own', async (t) => {
  const { put, read, proxy } = await setup(t);
  put('/app', 'A', 'in app');
  put('/app/db', 'A', 'in db');
  put('/', 'A', 'at the top');
  assert.equal(await read('A'), 'in app');
  assert.equal(await read('db/A'), 'in db');
  assert.equal(await read('/app/db/A'), 'in db');
  assert.equal(await read('/A'), 'at the top');
  const query = new URL(proxy.requests[0]?.path ?? '', 'http://x').searchParams;
  assert.deepEqual(Object.fromEntries(query), {
    workspaceSlug: 'team-app',
    environment: 'prod',
    secretPath: '/app',
    type: 'shared',
    include_imports: 'true',
    expandSecretReferences: 'true',
  });
});

test('a folder, environment or project that is not there is no absence of the secret', async (t) => {
  const { client, put } = await setup(t);
  put('/app', 'A', 'v');
  await failsWith(client.read({ key: 'B' }, soon()), 'NotFound');
  await failsWith(client.read({ key: 'gone/A' }, soon()), 'Rejected');
  for (const more of [{ environmentSlug: 'gone' }, { projectSlug: 'gone' }]) {
    const other = await setup(t, more);
    await failsWith(other.client.read({ key: 'A' }, soon()), 'Rejected');
    await failsWith(other.client.check(soon()), 'Rejected');
  }
});

test('a value that the identity may not see is denied, and its placeholder is nobody’s value', async (t) => {
  const { client, fake, put } = await setup(t);
  put('/app', 'A', 'v');
  fake.grants.set('writer', { reads: '', hides: true });
  await failsWith(client.read({ key: 'A' }, soon()), 'Denied');
  await failsWith(client.find!({ name: '.' }, soon()), 'Denied');
});

test('find takes imports of other names, and with recursive folders below', async (t) => {
  const { client, fake, put } = await setup(t, { recursive: true });
  put('/app', 'A', 'own');
  put('/app/db', 'B', 'below');
  put('/other', 'C', 'elsewhere');
  fake.imports.push({ folder: '/shared', name: 'A', values: ['imported'] });
  fake.imports.push({ folder: '/shared', name: 'D', values: ['imported'] });
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ name: '.' }), { A: 'own', B: 'below', D: 'imported' });
  assert.deepEqual(await find({ path: '/app/db' }), { B: 'below' });
  assert.deepEqual(await find({ path: '/shared' }), { D: 'imported' });
  await failsWith(client.find!({ tags: { a: 'b' } }, soon()), 'Unsupported');
});

test('pushes create, then update, by the id of the project, and leave imports alone', async (t) => {
  const { client, fake, proxy } = await setup(t);
  fake.folders.add('/app');
  fake.imports.push({ folder: '/shared', name: 'NEW', values: ['imported'] });
  assert.equal(await client.exists!({ remoteKey: 'NEW' }, soon()), false, 'an import is not ours');
  assert.equal(await client.push!(pushOf('NEW', 'one'), soon()), 'written');
  const sent = proxy.requests.find(({ method }) => method === 'POST');
  assert.deepEqual(JSON.parse(String(sent?.body)), {
    workspaceId: project.id,
    environment: 'prod',
    secretPath: '/app',
    type: 'shared',
    secretValue: 'one',
    skipMultilineEncoding: true,
  });
  assert.equal(await client.push!(pushOf('NEW', 'two'), soon()), 'written');
  assert.equal(await client.push!(pushOf('NEW', 'two'), soon()), 'unchanged');
  assert.deepEqual(fake.secrets, [{ folder: '/app', name: 'NEW', values: ['one', 'two'] }]);
  assert.equal(proxy.count(/projects\/slug/), 1, 'the project is looked up once');
  assert.equal(await client.delete!({ remoteKey: 'NEW' }, soon()), 'deleted');
  assert.equal(await client.delete!({ remoteKey: 'NEW' }, soon()), 'absent');
});

test('stores that cannot work are refused', () => {
  const paths = (more: Partial<InfisicalSpec>, scope = storeScope) =>
    infisical
      .validate({ auth, secretsScope, hostAPI: 'https://app.infisical.com/api', ...more }, scope)
      .map(({ path }) => path);
  const caProvider = { type: 'ConfigMap', name: 'ca', key: 'ca.crt' } as const;
  const universalAuthCredentials = { clientId: { name: 'a' }, clientSecret: { name: 'a', key: 'b' } };
  assert.deepEqual(paths({}), []);
  assert.deepEqual(paths({}, clusterScope), [], 'credentials may be the consumer’s');
  assert.deepEqual(paths({ auth: {} }), ['auth']);
  assert.deepEqual(paths({ hostAPI: 'infisical' }), ['hostAPI']);
  assert.deepEqual(paths({ caProvider }, clusterScope), ['caProvider.namespace']);
  assert.deepEqual(paths({ auth: { universalAuthCredentials } }), ['auth.universalAuthCredentials.clientId']);
  assert.deepEqual(paths({ secretsScope: { ...secretsScope, projectSlug: '' } }), [
    'secretsScope.projectSlug',
  ]);
});

test('Infisical’s cloud has a limit, an own Infisical none', () => {
  const limits = (hostAPI: string) => infisical.rateLimits?.({ auth, secretsScope, hostAPI }).length;
  assert.equal(limits('https://eu.infisical.com/api'), 2);
  assert.equal(limits('https://infisical.example.com'), 0);
});
