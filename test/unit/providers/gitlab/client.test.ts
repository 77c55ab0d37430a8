import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gitlab } from '../../../../providers/gitlab/index.ts';
import type { GitlabSpec } from '../../../../providers/gitlab/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { documentedVariable, startFakeGitlab } from '../../../fakes/gitlab.ts';
import {
  clientOf,
  clusterScope,
  failsWith,
  soon,
  storeScope,
  text,
  texts,
} from '../../../support/provider-client.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const auth = { SecretRef: { accessToken: { name: 'gitlab', key: 'token' } } };
const spec = { auth, projectID: '7' };

async function setup(t: TestContext, more: Partial<GitlabSpec> = {}, token = 'right') {
  const fake = await startFakeGitlab('right');
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  const client = await clientOf(
    t,
    gitlab as Provider,
    { ...spec, url: proxy.url, ...more },
    {
      secrets: { gitlab: { token } },
    },
  );
  fake.variables.set('projects/7', []);
  const put = (owner: string, key: string, value: string | null, environment_scope = '*') => {
    const list = fake.variables.get(owner) ?? [];
    fake.variables.set(owner, [...list, { key, value, environment_scope }]);
  };
  const read = async (key: string) => text((await client.read({ key }, soon())).value());
  return { fake, proxy, client, put, read };
}

test('GitLab’s own example is read; hyphens stand for underscores', async (t) => {
  const { fake, read, proxy } = await setup(t);
  fake.variables.set('projects/7', [documentedVariable]);
  assert.equal(await read('TEST_VARIABLE_1'), 'TEST_1');
  assert.equal(await read('TEST-VARIABLE-1'), 'TEST_1');
  assert.equal(proxy.requests[0]?.path, '/api/v4/projects/7/variables/TEST_VARIABLE_1');
});

test('the project counts before groups, the last group before the first, the environment before all environments', async (t) => {
  const { put, read } = await setup(t, { groupIDs: ['1', '2'], environment: 'prod' });
  put('groups/1', 'A', 'of 1');
  put('groups/2', 'A', 'of 2');
  assert.equal(await read('A'), 'of 2');
  put('groups/2', 'A', 'of 2 in prod', 'prod');
  assert.equal(await read('A'), 'of 2 in prod');
  put('projects/7', 'A', 'of the project');
  assert.equal(await read('A'), 'of the project');
  put('projects/7', 'A', 'of the project in prod', 'prod');
  put('projects/7', 'A', 'of the project in test', 'test');
  assert.equal(await read('A'), 'of the project in prod');
});

test('groups above the project are looked up, the nearest counts most', async (t) => {
  const { fake, put, read } = await setup(t, { inheritFromGroups: true });
  fake.groups.set('7', [
    { id: 12, full_path: 'company/team' },
    { id: 11, full_path: 'company' },
  ]);
  put('groups/11', 'A', 'of the company');
  put('groups/12', 'A', 'of the team');
  assert.equal(await read('A'), 'of the team');
});

test('a variable of several environments is nobody’s without one, and a hidden one is denied', async (t) => {
  const { put, client } = await setup(t);
  put('projects/7', 'A', 'p', 'prod');
  put('projects/7', 'A', 't', 'test');
  await failsWith(client.read({ key: 'A' }, soon()), 'Ambiguous');
  put('projects/7', 'HIDDEN', null);
  await failsWith(client.read({ key: 'HIDDEN' }, soon()), 'Denied');
  assert.deepEqual(texts(await client.find!({ name: 'HIDDEN' }, soon())), {});
});

test('a project or group that is not there, or not shown, is no absence of the variable', async (t) => {
  const { client } = await setup(t, { projectID: 'gone' });
  await failsWith(client.read({ key: 'A' }, soon()), 'Rejected');
  const grouped = await setup(t, { groupIDs: ['gone'] });
  await failsWith(grouped.client.read({ key: 'A' }, soon()), 'Rejected');
  await failsWith(grouped.client.check(soon()), 'Rejected');
});

test('find chooses by name and environment, as ESO does', async (t) => {
  const { put, client } = await setup(t, { groupIDs: ['1', '2'] });
  put('groups/1', 'SHARED', 'of 1');
  put('groups/2', 'SHARED', 'of 2');
  put('groups/2', 'GROUP_ENV', 'g', 'prod');
  put('projects/7', 'OWN', 'all');
  put('projects/7', 'OWN', 'prod', 'prod');
  put('projects/7', 'OWN', 'test', 'test');
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ name: '.', tags: { environment_scope: 'prod' } }), {
    SHARED: 'of 1',
    GROUP_ENV: 'g',
    OWN: 'prod',
  });
  assert.deepEqual(await find({ name: '^OWN$', tags: { environment_scope: 'stage' } }), { OWN: 'all' });
  await failsWith(client.find!({ tags: { environment_scope: 'prod' } }, soon()), 'Unsupported');
  await failsWith(client.find!({ name: '.', tags: { other: 'x' } }, soon()), 'Unsupported');
  await failsWith(client.find!({ name: '.', path: 'x' }, soon()), 'Unsupported');
  const narrow = await setup(t, { environment: 'prod' });
  const both = narrow.client.find!({ name: '.', tags: { environment_scope: 'test' } }, soon());
  await failsWith(both, 'Rejected');
});

test('a find that fails on its second page fails as a whole', async (t) => {
  const { put, client, proxy } = await setup(t);
  for (let index = 0; index < 150; index++) put('projects/7', `A_${index}`, 'v');
  proxy.misbehave(/page=2/, 'server-error', 1);
  await failsWith(client.find!({ name: 'A_' }, soon()), 'Unavailable');
  proxy.misbehave(/page=2/, 'half-body', 1);
  await failsWith(client.find!({ name: 'A_' }, soon()), 'Malformed');
  assert.equal((await client.find!({ name: 'A_' }, soon())).size, 150);
});

test('a token that GitLab does not know fails the store', async (t) => {
  const { client } = await setup(t, {}, 'wrong');
  const error = await failsWith(client.check(soon()), 'LoginFailed');
  assert.equal(error.details.status, 401);
  await failsWith(client.read({ key: 'A' }, soon()), 'LoginFailed');
});

test('what GitLab does not have is said', async (t) => {
  const { client } = await setup(t);
  await failsWith(client.read({ key: 'A', version: '1' }, soon()), 'Unsupported');
  await failsWith(client.read({ key: 'A', metadata: true }, soon()), 'Unsupported');
});

test('stores that cannot work are refused', () => {
  const paths = (more: Partial<GitlabSpec>, scope = storeScope) =>
    gitlab.validate({ ...spec, ...more }, scope).map(({ path }) => path);
  assert.deepEqual(paths({}), []);
  assert.deepEqual(paths({ projectID: '' }), ['projectID']);
  assert.deepEqual(paths({ projectID: '', groupIDs: ['1'] }), []);
  assert.deepEqual(paths({ inheritFromGroups: true, groupIDs: ['1'] }), ['groupIDs']);
  assert.deepEqual(paths({ url: 'gitlab.com' }), ['url']);
  assert.deepEqual(paths({}, clusterScope), ['auth.SecretRef.accessToken.namespace']);
  assert.deepEqual(paths({ auth: { SecretRef: {} } }), ['auth.SecretRef.accessToken']);
});
