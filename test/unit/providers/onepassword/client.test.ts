import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { Push, SecretMap } from '../../../../providers/kit/provider.ts';
import { onepassword } from '../../../../providers/onepassword/index.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { type FakeItem, nativeId, startFakeConnect } from '../../../fakes/onepassword-connect.ts';

const soon = () => AbortSignal.timeout(10_000);
const scope = { kind: 'SecretStore', name: 's', namespace: 'team' } as const;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, value]) => [key, text(value)]));
const rejects = (work: Promise<unknown>, code: ProviderErrorCode) =>
  assert.rejects(work, (error) => error instanceof ProviderError && error.code === code);
const throws = (work: () => unknown, code: ProviderErrorCode) =>
  assert.throws(work, (error) => error instanceof ProviderError && error.code === code);

const specOf = (connectHost: string, vaults: Record<string, number>) => ({
  connectHost,
  vaults,
  auth: { secretRef: { connectTokenSecretRef: { name: 'connect', key: 'token' } } },
});

async function setup(
  t: TestContext,
  { vaults = { First: 1, Second: 2 } as Record<string, number>, token = 'right' } = {},
) {
  const fake = await startFakeConnect('right');
  t.after(() => fake.close());
  for (const name of ['First', 'Second']) fake.vault(name);
  const credentials = createCredentials(scope, memoryKube({ 'team/connect': { token } }, ''));
  const client = await onepassword.connect(specOf(fake.url, vaults), scope, {
    credentials,
    now: Date.now,
    countCall: () => {},
  });
  t.after(() => client.close());
  const add = (
    vault: string,
    title: string,
    fields: Record<string, string>,
    more: Partial<FakeItem> = {},
  ) => {
    const list = Object.entries(fields).map(([label, value]) => ({ label, value }));
    const item: FakeItem = { id: nativeId(), title, category: 'LOGIN', fields: list, ...more };
    fake.vault(vault).items.push(item);
    return item;
  };
  return { fake, client, add, read: (key: string) => client.read({ key }, soon()) };
}

const push = (fields: Partial<Push> = {}, spec?: object): Push => ({
  remoteKey: 'new',
  secretKey: 'v',
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from('s3cret')]]), type: '', labels: {}, annotations: {} },
  ...(spec === undefined
    ? {}
    : {
        metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec },
      }),
  ...fields,
});

test('vaults are searched in their order, by title or by id', async (t) => {
  const { add, read, fake } = await setup(t, { vaults: { Second: 1, First: 2 } });
  add('First', 'db', { password: 'first' });
  add('Second', 'db', { password: 'second' });
  const only = add('First', 'only in first', { password: 'x' });
  assert.equal(text((await read('db')).value()), 'second');
  assert.equal(text((await read('only in first')).value()), 'x');
  assert.equal(text((await read(only.id)).value()), 'x', 'an id is looked for in every vault');
  add('Second', 'with "quotes"', { password: 'q' });
  assert.equal(text((await read('with "quotes"')).value()), 'q');
  assert.equal(
    fake.requests.filter((line) => line.includes('/v1/vaults?')).length,
    2,
    'names are looked up once',
  );
  await rejects(read('nowhere'), 'NotFound');
  await rejects(read(nativeId()), 'NotFound');
});

test('a title or a label that is there twice is nobody’s', async (t) => {
  const { add, read, client } = await setup(t);
  add('First', 'twice', { password: '1' });
  add('First', 'twice', { password: '2' });
  await rejects(read('twice'), 'Ambiguous');
  await rejects(client.push!(push({ remoteKey: 'twice' }), soon()), 'Ambiguous');
  const fields = ['a', 'b'].map((value) => ({ label: 'same', value, section: { id: value } }));
  add('First', 'sections', {}, { fields: [...fields, { label: 'password', value: 'p' }] });
  const item = await read('sections');
  throws(() => item.value('same'), 'Ambiguous');
  throws(() => item.map(), 'Ambiguous');
  assert.equal(text(item.value()), 'p');
});

test('properties name fields and files, and a document is its file', async (t) => {
  const { add, read } = await setup(t);
  const files = [
    { id: 'f1', name: 'key.pem', content: Uint8Array.of(0, 0xff) },
    { id: 'f2', name: 'other.txt', content: Buffer.from('other') },
  ];
  add('First', 'login', { password: 'p', 'a.b': 'dot', 'file/x': 'odd' }, { files });
  add('First', 'document', { note: 'n' }, { category: 'DOCUMENT', files });
  const login = await read('login');
  assert.deepEqual(texts(login.map()), { password: 'p', 'a.b': 'dot', 'file/x': 'odd' });
  assert.equal(text(login.value('a.b')), 'dot');
  assert.equal(text(login.value('field/file/x')), 'odd');
  assert.deepEqual([...login.value('file/key.pem')], [0, 0xff]);
  throws(() => login.value('key.pem'), 'PropertyMissing');
  assert.deepEqual([...login.map('file/key.pem').keys()], ['key.pem']);
  const document = await read('document');
  assert.deepEqual([...document.value()], [0, 0xff], 'without a property the first file');
  assert.equal(text(document.value('other.txt')), 'other');
  assert.equal(text(document.value('field/note')), 'n');
  assert.deepEqual([...document.map().keys()], ['key.pem', 'other.txt']);
});

test('one-time passwords: the field holds their seed, its attribute the code of now', async (t) => {
  const { add, read } = await setup(t);
  const fields = [{ label: 'code', type: 'OTP', value: 'otpauth://totp/x', totp: '134253' }];
  add('First', 'otp', {}, { fields });
  const item = await read('otp');
  assert.equal(text(item.value('code')), 'otpauth://totp/x');
  assert.equal(text(item.value('code?attribute=otp')), '134253');
});

test('a file that no Secret can hold fails those who ask for it, and nobody else', async (t) => {
  const { add, read } = await setup(t);
  const files = [{ id: 'f1', name: 'iso', content: new Uint8Array(2 * 1024 * 1024) }];
  add('First', 'large', { password: 'p' }, { files });
  const item = await read('large');
  assert.equal(text(item.value()), 'p');
  throws(() => item.value('file/iso'), 'TooLarge');
});

test('find goes by tags in every vault, or by title, and chooses labels; what comes first counts', async (t) => {
  const { add, client } = await setup(t);
  add('First', 'one', { user: 'u1', password: 'p1' }, { tags: ['app', 'prod'] });
  add('Second', 'two', { user: 'u2', port: '5432' }, { tags: ['app'] });
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ tags: { app: 'any value' } }), { user: 'u1', password: 'p1', port: '5432' });
  assert.deepEqual(await find({ tags: { app: '', prod: '' } }), { user: 'u1', password: 'p1' });
  assert.deepEqual(await find({ path: 'two' }), { user: 'u2', port: '5432' });
  assert.deepEqual(await find({ name: '^(port|user)$' }), { user: 'u1', port: '5432' });
  await rejects(client.find!({ name: '(' }, soon()), 'Rejected');
});

test('a token that Connect does not know, a vault that it does not see, and a spurious refusal', async (t) => {
  const stranger = await setup(t, { token: 'wrong' });
  await rejects(stranger.client.check(soon()), 'LoginFailed');
  const lost = await setup(t, { vaults: { First: 1, Lost: 2 } });
  await rejects(lost.client.check(soon()), 'Misconfigured');
  await rejects(lost.read('nowhere'), 'Misconfigured');
  const { client, fake, add, read } = await setup(t);
  assert.equal(await client.check(soon()), 'ready');
  add('First', 'db', { password: 'p' });
  fake.refuse(2);
  assert.equal(text((await read('db')).value()), 'p');
  fake.refuse(3);
  await rejects(read('db'), 'Denied');
  await rejects(client.read({ key: 'db', version: '1' }, soon()), 'Unsupported');
});

test('a push makes a concealed field, keeps the rest of an item, and sets tags and vault by its metadata', async (t) => {
  const { client, fake, add } = await setup(t);
  assert.equal(await client.push!(push({}, { vault: 'Second', tags: ['a'] }), soon()), 'written');
  const [made] = fake.vault('Second').items;
  assert.deepEqual(
    [made?.title, made?.category, made?.tags, made?.fields],
    ['new', 'SERVER', ['a'], [{ label: 'password', type: 'CONCEALED', value: 's3cret' }]],
  );
  const sections = [{ id: 's', label: 'Section' }];
  const fields = [{ id: 'f', label: 'user', type: 'STRING', value: 'u', section: { id: 's' } }];
  add('First', 'there', {}, { fields, sections, tags: ['old'] });
  assert.equal(await client.push!(push({ remoteKey: 'there', property: 'user' }), soon()), 'written');
  const [there] = fake.vault('First').items;
  assert.deepEqual(there?.fields, [{ ...fields[0], value: 's3cret' }]);
  assert.deepEqual([there?.sections, there?.tags], [sections, ['old']]);
  assert.equal(
    await client.push!(push({ remoteKey: 'there', property: 'user' }, { tags: ['new'] }), soon()),
    'written',
  );
  assert.deepEqual(fake.vault('First').items[0]?.tags, ['new']);
  await rejects(client.push!(push({ remoteKey: 'x' }, { vault: 'Elsewhere' }), soon()), 'InvalidPush');
  const { secretKey: _, ...whole } = push();
  await rejects(client.push!(whole, soon()), 'InvalidPush');
  const bytes = push();
  bytes.source.data.set('v', Uint8Array.of(0xff));
  await rejects(client.push!(bytes, soon()), 'InvalidPush');
});

test('a push ends when Connect shows it, so that no second item is made', async (t) => {
  const { client, fake } = await setup(t);
  fake.delay(2);
  await client.push!(push(), soon());
  assert.equal(fake.vault('First').items.length, 1);
});

test('a deletion takes the field, and the item when nothing is left', async (t) => {
  const { client, fake, add } = await setup(t);
  add('First', 'db', { password: 'p' }, { sections: [{ id: '' }] });
  add('First', 'kept', { password: 'p' }, { sections: [{ id: 's', label: 'named' }] });
  assert.equal(await client.delete!({ remoteKey: 'db' }, soon()), 'deleted');
  assert.equal(await client.delete!({ remoteKey: 'kept' }, soon()), 'property-deleted');
  assert.deepEqual(
    fake.vault('First').items.map(({ title, fields }) => [title, fields]),
    [['kept', []]],
  );
});

test('a section is checked before it is used', () => {
  const spec = specOf('https://connect.example.com', { A: 1 });
  const paths = (changed: object, of: 'SecretStore' | 'ClusterSecretStore' = 'SecretStore') =>
    onepassword.validate({ ...spec, ...changed }, { ...scope, kind: of }).map(({ path }) => path);
  const token = 'auth.secretRef.connectTokenSecretRef';
  const auth = (selector: object) => ({ auth: { secretRef: { connectTokenSecretRef: selector } } });
  assert.deepEqual(paths({}), []);
  assert.deepEqual(paths({ vaults: {} }), ['vaults']);
  assert.deepEqual(paths({ vaults: { A: 1, B: 1 } }), ['vaults']);
  assert.deepEqual(paths({ connectHost: 'ftp://x' }), ['connectHost']);
  assert.deepEqual(paths(auth({ name: 'x' })), [token]);
  assert.deepEqual(paths({}, 'ClusterSecretStore'), [`${token}.namespace`]);
  assert.deepEqual(paths(auth({ name: 'x', key: 'k', namespace: 'other' })), [`${token}.namespace`]);
});
