import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startLocalVault } from '../../../../local/vault.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { openBao } from '../../../../providers/openbao/index.ts';
import { http } from '../../../support/http.ts';
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

const tokenRef = { name: 'bao', key: 'token' };

async function setup(t: TestContext, more: object = {}, token?: string) {
  const vault = await startLocalVault({ mounts: { kv: 'v2', old: 'v1' } });
  t.after(() => vault.close());
  const proxy = await startRecordingProxy(vault.url);
  t.after(() => proxy.close());
  const section = { server: proxy.url, auth: { tokenSecretRef: tokenRef }, ...more };
  const secrets = { bao: { token: token ?? vault.rootToken, password: 'right', id: 'role', secret: 'id' } };
  const client = await clientOf(t, openBao as Provider, section, { secrets });
  const write = async (path: string, json: string) => {
    const headers = { 'x-vault-token': vault.rootToken };
    const { status } = await http({ url: `${vault.url}/v1/${path}`, method: 'POST', headers, body: json });
    assert(status < 300, `${status} to ${path}`);
  };
  return { proxy, client, write };
}

test('the mount is kv unless given, and keys lie below it even when they begin like it', async (t) => {
  const { client, write } = await setup(t);
  await write('kv/data/kv/db', '{"data":{"user":"u"}}');
  assert.equal(text((await client.read({ key: 'kv/db' }, soon())).value('user')), 'u');
  await failsWith(client.read({ key: 'db' }, soon()), 'NotFound');
});

test('a version is a number, and one of version 2 only', async (t) => {
  const { client } = await setup(t);
  await failsWith(client.read({ key: 'db', version: 'latest' }, soon()), 'Rejected');
  const old = await setup(t, { path: 'old', version: 'v1' });
  await failsWith(old.client.read({ key: 'db', version: '1' }, soon()), 'Unsupported');
});

test('find sees one folder, and reads from it what it calls by bare names', async (t) => {
  const { client, write } = await setup(t);
  for (const key of ['top', 'team/one', 'team/two', 'team/deep/three'])
    await write(`kv/data/${key}`, JSON.stringify({ data: { key } }));
  assert.deepEqual(texts(await client.find!({ path: 'team', name: 'o' }, soon())), {
    one: '{"key":"team/one"}',
    two: '{"key":"team/two"}',
  });
  assert.deepEqual(texts(await client.find!({ name: '.*' }, soon())), { top: '{"key":"top"}' });
  await failsWith(client.find!({ path: 'nothing' }, soon()), 'NotFound');
  await failsWith(client.find!({ tags: { a: 'b' } }, soon()), 'Unsupported');
});

test('a store is ready when its engine is there in the version that it names', async (t) => {
  assert.equal(await (await setup(t)).client.check(soon()), 'ready');
  const wrong = await setup(t, { version: 'v1' });
  await failsWith(wrong.client.check(soon()), 'Misconfigured');
  const refused = await setup(t, {}, 'unknown');
  await failsWith(refused.client.check(soon()), 'LoginFailed');
});

test('each way to log in asks its own path, in the namespace of the login', async (t) => {
  const namespaces = { namespace: 'team', auth: { namespace: 'root' } };
  const user = { userPass: { path: 'people', username: 'app', secretRef: { name: 'bao', key: 'password' } } };
  const role = {
    appRole: {
      path: 'approle',
      roleRef: { name: 'bao', key: 'id' },
      secretRef: { name: 'bao', key: 'secret' },
    },
  };
  for (const [auth, path, body] of [
    [user, '/v1/auth/people/login/app', '{"password":"right"}'],
    [role, '/v1/auth/approle/login', '{"role_id":"role","secret_id":"id"}'],
  ] as const) {
    const { client, proxy } = await setup(t, { ...namespaces, auth: { ...namespaces.auth, ...auth } });
    // The loopback server has no such methods.
    await assert.rejects(client.check(soon()));
    const [login] = proxy.requests;
    assert.equal(`${login?.method} ${login?.path}`, `POST ${path}`);
    assert.equal(login?.body.toString(), body);
    assert.equal(login?.headers['x-vault-namespace'], 'root');
  }
});

test('it is read-only', async (t) => {
  const { client } = await setup(t);
  assert.equal(client.push, undefined);
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    openBao
      .validate({ server: 'https://openbao.example.com:8200', version: 'v2', ...more } as never, scope)
      .map(({ path }) => path);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ auth: { tokenSecretRef: tokenRef } }, clusterScope), []);
  assert.deepEqual(problems({ server: 'openbao', path: '../x', auth: {} }), ['server', 'path', 'auth']);
  const appRole = { path: 'approle', secretRef: tokenRef };
  assert.deepEqual(problems({ auth: { appRole } }), ['auth.appRole']);
  assert.deepEqual(problems({ auth: { appRole: { ...appRole, roleId: 'r' }, tokenSecretRef: tokenRef } }), [
    'auth',
  ]);
  const caProvider = { type: 'Secret', name: 'ca', key: 'ca.crt' };
  assert.deepEqual(problems({ caProvider }, clusterScope), ['caProvider.namespace']);
  assert.deepEqual(problems({ auth: { tokenSecretRef: { ...tokenRef, namespace: 'other' } } }), [
    'auth.tokenSecretRef.namespace',
  ]);
});
