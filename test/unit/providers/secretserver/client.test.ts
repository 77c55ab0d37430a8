import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { secretServer } from '../../../../providers/secretserver/index.ts';
import { type FakeItem, startFakeSecretServer } from '../../../fakes/secretserver.ts';
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

const passwordRef = { secretRef: { name: 'server', key: 'password' } };
const byPassword = { username: { value: 'app' }, password: passwordRef };
const metadata = {
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec: { folderId: 5, secretTemplateId: 6098 },
};

async function setup(
  t: TestContext,
  { kind = 'server' as 'server' | 'platform', password = 'right', more = {} as object } = {},
) {
  const fake = await startFakeSecretServer(kind);
  t.after(() => fake.close());
  fake.users.set('app', 'right');
  fake.users.set('corp\\app', 'right');
  fake.tokens.add('a token');
  const section = { ...byPassword, serverURL: fake.url, ...more };
  const client = await clientOf(t, secretServer as Provider, section, { secrets: { server: { password } } });
  const read = (key: string) => client.read({ key }, soon());
  return { fake, client, read };
}

/** Secret of the vendor's SDK's own tests, as ESO's tests have it. */
const blob = '{ "user": "robertOppenheimer", "password": "badPassword","server":"192.168.1.50"}';

test('without a property the value is the whole secret, as the vendor’s SDK writes it', async (t) => {
  const { fake, read } = await setup(t);
  const { id, items } = fake.put('ESO-test-secret', { data: '<1>' });
  const [item] = items;
  assert.equal(
    text((await read('ESO-test-secret')).value()),
    `{"Name":"ESO-test-secret","FolderID":73,"ID":${id},"SiteID":1,"SecretTemplateID":6098,"LauncherConnectAsSecretID":0,"CheckOutIntervalMinutes":0,"Active":true,"CheckedOut":false,"CheckOutEnabled":false,"AutoChangeEnabled":false,"CheckOutChangePasswordEnabled":false,"DelayIndexing":false,"EnableInheritPermissions":false,"EnableInheritSecretPolicy":false,"ProxyEnabled":false,"RequiresComment":false,"SessionRecordingEnabled":false,"WebLauncherRequiresIncognitoMode":false,"Items":[{"ItemID":${item?.itemId},"FieldID":${item?.fieldId},"FileAttachmentID":0,"FieldName":"data","Slug":"data","FieldDescription":"","Filename":"","ItemValue":"\\u003c1\\u003e","IsFile":false,"IsNotes":false,"IsPassword":false}]}`,
  );
});

test('a property is a path in the first field’s JSON, else a field; one that is missing is absent', async (t) => {
  const { fake, read } = await setup(t);
  fake.put('blob', { data: blob, notes: 'n' });
  const secret = await read('blob');
  assert.equal(text(secret.value('user')), 'robertOppenheimer');
  assert.equal(text(secret.value('notes')), 'n');
  assert.throws(() => secret.value('other'), { code: 'NotFound' });
  assert.deepEqual(texts(secret.map()), {
    user: 'robertOppenheimer',
    password: 'badPassword',
    server: '192.168.1.50',
  });
  assert.deepEqual(texts(secret.map('notes')), { notes: 'n' });
  fake.put('fields', { username: 'u', password: 'p' });
  assert.deepEqual(texts((await read('fields')).map()), { username: 'u', password: 'p' });
});

test('a key is an id, a path, a name, or a name in a folder', async (t) => {
  const { fake, read } = await setup(t);
  const first = fake.put('db password', { data: 'one' }, 1);
  fake.put('db password', { data: 'two' }, 2);
  fake.put('12345', { data: 'a number for a name' });
  const of = async (key: string) => text((await read(key)).value('data'));
  assert.equal(await of(String(first.id)), 'one');
  assert.equal(await of('db password'), 'one');
  assert.equal(await of('folderId:2/db password'), 'two');
  assert.equal(await of('/Folder/db password'), 'one');
  assert.equal(await of('12345'), 'a number for a name');
  await failsWith(read('folderId:3/db password'), 'NotFound');
  first.active = false;
  assert.equal((await failsWith(read(String(first.id)), 'Denied')).details.backendCode, 'API_AccessDenied');
  assert(fake.requests.some(({ url }) => url.endsWith('/secrets/0?secretPath=%2FFolder%2Fdb+password')));
});

test('a field that holds a file is what is in the file', async (t) => {
  const { fake, read } = await setup(t);
  const secret = fake.put('key', { 'private-key': '*** Not Valid For Display ***' });
  Object.assign(secret.items[0] as FakeItem, { isFile: true, fileAttachmentId: 9, filename: 'id.key' });
  fake.files.set(`${secret.id}/private-key`, Uint8Array.of(0, 255));
  assert.deepEqual([...(await read('key')).value('private-key')], [0, 255]);
});

test('a domain goes with the password; a token needs neither', async (t) => {
  const domain = await setup(t, { more: { domain: 'corp' } });
  assert.equal(await domain.client.check(soon()), 'ready');
  const given = await setup(t, { more: { token: { value: 'a token' } }, password: 'unused' });
  assert.equal(await given.client.check(soon()), 'ready');
  assert.deepEqual(given.fake.logins, []);
  const dead = await setup(t, { more: { token: { value: 'another' } } });
  await failsWith(dead.client.check(soon()), 'LoginFailed');
  const wrong = await setup(t, { password: 'wrong' });
  await failsWith(wrong.client.check(soon()), 'LoginFailed');
});

test('the Platform is known by its health, and tells where its vault is', async (t) => {
  const { fake, read } = await setup(t, { kind: 'platform' });
  fake.put('db', { data: 'v' });
  assert.equal(text((await read('db')).value('data')), 'v');
  assert.deepEqual(
    fake.requests.slice(0, 4).map(({ url }) => url),
    ['/api/v1/healthcheck', '/health', '/identity/api/oauth2/token/xpmplatform', '/vaultbroker/api/vaults'],
  );
  const refused = await setup(t, { kind: 'platform', password: 'wrong' });
  await failsWith(refused.client.check(soon()), 'LoginFailed');
});

test('a new secret needs folder and template; what is there needs neither', async (t) => {
  const { fake, client } = await setup(t);
  fake.fields.push('password');
  await failsWith(client.push!(pushOf('new', 'v'), soon()), 'InvalidPush');
  assert.equal(
    await client.push!(pushOf('folderId:9/new', 'v', { property: 'password', metadata }), soon()),
    'written',
  );
  const [secret] = fake.secrets;
  assert.deepEqual(
    [secret?.name, secret?.folderId, secret?.items.map(({ itemValue }) => itemValue)],
    ['new', 9, ['', 'v']],
  );
  assert.equal(await client.push!(pushOf('new', 'w', { property: 'password' }), soon()), 'written');
  await failsWith(client.push!(pushOf('new', 'w', { property: 'none' }), soon()), 'InvalidPush');
  await failsWith(client.push!(pushOf('a/b', 'w', { metadata }), soon()), 'InvalidPush');
  await failsWith(client.push!(pushOf('new', Uint8Array.of(0xff)), soon()), 'InvalidPush');
});

test('what is written, deleted or asked for is one secret: a name that two have is refused', async (t) => {
  const { fake, client } = await setup(t);
  fake.put('db', { data: '1' }, 1);
  fake.put('db', { data: '2' }, 2);
  await failsWith(client.push!(pushOf('db', 'v'), soon()), 'Ambiguous');
  await failsWith(client.delete!({ remoteKey: 'db' }, soon()), 'Ambiguous');
  await failsWith(client.exists!({ remoteKey: 'db' }, soon()), 'Ambiguous');
  assert.equal(await client.delete!({ remoteKey: 'folderId:2/db' }, soon()), 'deleted');
  assert.deepEqual(
    fake.secrets.map(({ folderId }) => folderId),
    [1],
  );
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    secretServer
      .validate({ ...byPassword, serverURL: 'https://ss.example.com/SecretServer', ...more } as never, scope)
      .map(({ path }) => path);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ serverURL: 'ss.example.com', username: undefined }), ['serverURL', 'username']);
  assert.deepEqual(problems({ token: { value: 't' }, password: undefined }), []);
  assert.deepEqual(problems({}, clusterScope), ['password.secretRef.namespace']);
});
