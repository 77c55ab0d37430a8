import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { Push, SecretMap } from '../../../../providers/kit/provider.ts';
import { onepasswordSdk } from '../../../../providers/onepasswordsdk/index.ts';
import type { OnepasswordSdkSpec } from '../../../../providers/onepasswordsdk/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { coreItem, fakeCore } from '../../../fakes/onepassword-core.ts';

const soon = () => AbortSignal.timeout(10_000);
const scope = { kind: 'SecretStore', name: 's', namespace: 'team' } as const;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, value]) => [key, text(value)]));
const rejects = (work: Promise<unknown>, code: ProviderErrorCode) =>
  assert.rejects(work, (error) => error instanceof ProviderError && error.code === code);
const throws = (work: () => unknown, code: ProviderErrorCode) =>
  assert.throws(work, (error) => error instanceof ProviderError && error.code === code);
const auth = { serviceAccountSecretRef: { name: 'account', key: 'token' } };

async function setup(
  t: TestContext,
  fields: Partial<OnepasswordSdkSpec> = { vault: 'Team' },
  token?: string,
) {
  const core = fakeCore();
  t.after(() => core.restore());
  const vault = core.vault('Team');
  const time = { ms: 0 };
  const client = await onepasswordSdk.connect({ auth, ...fields }, scope, {
    credentials: createCredentials(scope, memoryKube({ 'team/account': { token: token ?? core.token } }, '')),
    now: () => time.ms,
    countCall: () => {},
  });
  t.after(() => client.close());
  const add = (title: string, values: Record<string, string>, more: Parameters<typeof coreItem>[3] = {}) => {
    const item = coreItem(vault.id, title, values, more);
    vault.items.push(item);
    return item;
  };
  return { core, vault, client, add, time, read: (key: string) => client.read({ key }, soon()) };
}

const push = (fields: Partial<Push> = {}, spec?: object): Push => ({
  remoteKey: 'new',
  secretKey: 'v',
  namespace: 'team',
  source: {
    data: new Map([
      ['v', Buffer.from('s3cret')],
      ['w', Buffer.from('other')],
    ]),
    type: '',
    labels: {},
    annotations: {},
  },
  ...(spec === undefined
    ? {}
    : {
        metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec },
      }),
  ...fields,
});

test('a key is the tail of a secret reference: item, section, field, attribute', async (t) => {
  const { add, read, client } = await setup(t);
  const otp = { type: 'Otp', content: { code: '134253' } };
  const fields = [
    { id: 'a', title: 'user', fieldType: 'Text', value: 'plain', sectionId: 's1' },
    { id: 'b', title: 'user', fieldType: 'Text', value: 'admin', sectionId: 's2' },
    { id: 'c', title: 'code', fieldType: 'Totp', value: 'otpauth://x', details: otp },
  ];
  const sections = [
    { id: 's1', title: 'App' },
    { id: 's2', title: 'Admin' },
  ];
  add('db', {}, { fields, sections });
  assert.equal(text((await read('db/Admin/user')).value()), 'admin');
  assert.equal(text((await read('/db/App/user')).value('has no meaning')), 'plain');
  assert.equal(text((await read('db/code')).value()), 'otpauth://x');
  assert.equal(text((await read('db/code?attribute=otp')).value()), '134253');
  await rejects(read('db/user'), 'Ambiguous');
  await rejects(read('db/none'), 'PropertyMissing');
  await rejects(read('db/None/user'), 'PropertyMissing');
  await rejects(read('none/user'), 'NotFound');
  await rejects(client.read({ key: 'db/code', version: '1' }, soon()), 'Unsupported');
});

test('an item is extracted by title, also one with a slash, or by id', async (t) => {
  const { add, read } = await setup(t);
  const item = add('db', { user: 'u', password: 'p' });
  add('team/db', { password: 'slash' });
  add('twice', {});
  add('twice', {});
  assert.deepEqual(texts((await read('db')).map()), { user: 'u', password: 'p' });
  assert.deepEqual(texts((await read('db')).map('field/user')), { user: 'u' });
  assert.equal(text((await read(item.id)).value()), 'p');
  assert.deepEqual(texts((await read('team/db')).map()), { password: 'slash' });
  await rejects(read('twice'), 'Ambiguous');
  await rejects(read('nothing'), 'NotFound');
});

test('files are read by the id of their item', async (t) => {
  const { add, read } = await setup(t);
  const attributes = { name: 'key.bin', id: 'f1', size: 2 };
  const large = { name: 'iso', id: 'f2', size: 2_000_000 };
  const files = [attributes, large].map((file) => ({
    attributes: file,
    sectionId: '',
    fieldId: `field-${file.id}`,
  }));
  add('login', { password: 'p' }, { files, contents: { f1: [0, 255] } });
  add('document', {}, { category: 'Document', document: attributes, contents: { f1: [0, 255] } });
  add('empty', {}, { category: 'Document', document: { ...attributes, size: 0 } });
  const login = await read('login');
  assert.deepEqual([...login.value('file/key.bin')], [0, 255]);
  throws(() => login.value('file/iso'), 'TooLarge');
  assert.deepEqual([...(await read('document')).value()], [0, 255]);
  assert.equal((await read('empty')).value().byteLength, 0);
});

test('find goes by tags, title and labels; a label of two items is an error', async (t) => {
  const { add, client } = await setup(t);
  add('one', { user: 'u1' }, { tags: ['app', 'prod'] });
  add('two', { user: 'u2', port: '1' }, { tags: ['app'] });
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ tags: { prod: 'any' } }), { user: 'u1' });
  assert.deepEqual(await find({ path: 'two' }), { user: 'u2', port: '1' });
  assert.deepEqual(await find({ tags: { app: '' }, name: 'port' }), { port: '1' });
  await rejects(client.find!({ tags: { app: '' } }, soon()), 'Ambiguous');
});

test('the words of the core become codes, and none of them is an absence by mistake', async (t) => {
  const { core, add, read } = await setup(t);
  add('db', { password: 'p' });
  await read('db/password');
  const rows: [words: string, code: ProviderErrorCode][] = [
    ['{"name":"RateLimitExceeded","message":"x"}', 'Throttled'],
    ['{"name":"AuthExpired","message":"x"}', 'LoginFailed'],
    ['rate limit exceeded', 'Throttled'],
    ['bad service account token, please rotate it: x', 'LoginFailed'],
    ["you don't have the right permissions to access this resource", 'Denied'],
    ['internal error: error issuing the request with reqwest: x', 'Unavailable'],
    ['resource not found', 'Unavailable'],
    ['request timeout', 'Timeout'],
    ['item is not in an active state', 'Rejected'],
    ['something new', 'Unavailable'],
  ];
  for (const [words, code] of rows) {
    core.fail(words);
    await rejects(read('db/password'), code);
  }
});

test('a token that 1Password does not know fails the store, and so does a vault that it does not see', async (t) => {
  await rejects((await setup(t, { vault: 'Team' }, 'ops_wrong')).client.check(soon()), 'LoginFailed');
  await rejects((await setup(t, { vault: 'Other' })).client.check(soon()), 'Misconfigured');
  const { vault, client } = await setup(t);
  assert.equal(await client.check(soon()), 'ready');
  const byId = await onepasswordSdk.connect({ auth, vault: vault.id }, scope, {
    credentials: createCredentials(scope, memoryKube({ 'team/account': { token: 'x' } }, '')),
    now: Date.now,
    countCall: () => {},
  });
  await rejects(byId.check(soon()), 'LoginFailed');
});

test('the real core refuses what is no token, without a call', async () => {
  const kube = memoryKube({ 'team/account': { token: 'ops_no-token' } }, '');
  const client = await onepasswordSdk.connect({ auth, vault: 'Team' }, scope, {
    credentials: createCredentials(scope, kube),
    now: Date.now,
    countCall: () => {},
  });
  await rejects(client.check(soon()), 'LoginFailed');
});

test('spec.cache spares calls until its time is over, a push, or too many values', async (t) => {
  const { core, add, read, client, time } = await setup(t, {
    vault: 'Team',
    cache: { ttl: '5m', maxSize: 2 },
  });
  for (const title of ['a', 'b', 'c']) add(title, { password: title });
  const reads = () => core.calls.filter((call) => call === 'SecretsResolve').length;
  await read('a/password');
  await read('a/password');
  assert.equal(reads(), 1);
  time.ms = 300_001;
  await read('a/password');
  assert.equal(reads(), 2);
  for (const key of ['b/password', 'c/password', 'a/password']) await read(key);
  assert.equal(reads(), 5);
  await client.push!(push({ remoteKey: 'a' }), soon());
  assert.equal(text((await read('a/password')).value()), 's3cret');
});

test('an Environment is read by the names of its variables, and never written', async (t) => {
  const { core, client, read } = await setup(t, { environment: 'env' });
  core.environments.set('env', [
    { name: 'USER', value: 'u', masked: false },
    { name: 'PASSWORD', value: 'p', masked: true },
  ]);
  assert.equal(await client.check(soon()), 'ready');
  assert.equal(text((await read('PASSWORD')).value()), 'p');
  assert.deepEqual(texts((await read('any')).map()), { USER: 'u', PASSWORD: 'p' });
  assert.deepEqual(texts((await read('any')).map('USER')), { USER: 'u' });
  assert.deepEqual([...(await client.find!({ name: 'nothing' }, soon())).keys()], ['USER', 'PASSWORD']);
  const secret = await read('NONE');
  throws(() => secret.value(), 'PropertyMissing');
  await rejects(client.push!(push(), soon()), 'Unsupported');
});

test('a push makes an item, sets the type of its field, and keeps what it does not name', async (t) => {
  const { client, vault, add } = await setup(t);
  assert.equal(await client.push!(push({}, { tags: ['a'], fieldType: 'URL' }), soon()), 'written');
  const [made] = vault.items;
  assert.deepEqual([made?.title, made?.category, made?.tags], ['new', 'Server', ['a']]);
  assert.deepEqual(made?.fields, [{ id: 'password', title: 'password', fieldType: 'Url', value: 's3cret' }]);
  add('there', { user: 'u', note: 'n' });
  await client.push!(push({ remoteKey: 'there', property: 'user' }), soon());
  const there = vault.items.find(({ title }) => title === 'there');
  assert.deepEqual(
    there?.fields.map(({ title, value, fieldType }) => [title, value, fieldType]),
    [
      ['user', 's3cret', 'Concealed'],
      ['note', 'n', 'Concealed'],
    ],
  );
});

test('a whole Secret is all that its item has afterwards', async (t) => {
  const { client, vault, add } = await setup(t);
  add('all', { v: 'old', gone: 'x' });
  const { secretKey: _, ...whole } = push({ remoteKey: 'all' });
  assert.equal(await client.push!(whole, soon()), 'written');
  assert.deepEqual(
    vault.items[0]?.fields.map(({ title, value }) => [title, value]),
    [
      ['v', 's3cret'],
      ['w', 'other'],
    ],
  );
  assert.equal(await client.push!(whole, soon()), 'unchanged');
});

test('a section is checked before it is used', () => {
  const paths = (
    spec: Partial<OnepasswordSdkSpec>,
    kind: 'SecretStore' | 'ClusterSecretStore' = 'SecretStore',
  ) => onepasswordSdk.validate({ auth, ...spec }, { ...scope, kind }).map(({ path }) => path);
  assert.deepEqual(paths({ vault: 'x' }), []);
  assert.deepEqual(paths({}), ['vault']);
  assert.deepEqual(paths({ vault: 'x', environment: 'y' }), ['vault']);
  assert.deepEqual(paths({ vault: 'x' }, 'ClusterSecretStore'), ['auth.serviceAccountSecretRef.namespace']);
  assert.deepEqual(paths({ vault: 'x', auth: { serviceAccountSecretRef: {} } }), [
    'auth.serviceAccountSecretRef',
  ]);
});
