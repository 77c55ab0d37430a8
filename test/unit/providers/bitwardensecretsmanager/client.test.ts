import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bitwardenSecretsManager } from '../../../../providers/bitwardensecretsmanager/index.ts';
import { bitwardenSecret } from '../../../../providers/bitwardensecretsmanager/value.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { documentedSecret, startFakeBitwarden } from '../../../fakes/bitwarden.ts';
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

const organizationID = documentedSecret.organizationId;
const projectID = '6b1ec6a4-6b5c-4d2d-9c54-b18a01178e3e';
const auth = { secretRef: { credentials: { name: 'bitwarden', key: 'token' } } };
const spec = { organizationID, projectID, auth, bitwardenServerSDKURL: 'https://bitwarden-sdk-server:9998' };

async function setup(t: TestContext, { token = 'right', more = {} } = {}) {
  const fake = await startFakeBitwarden(organizationID, 'right');
  t.after(() => fake.close());
  const client = await clientOf(
    t,
    bitwardenSecretsManager as Provider,
    { ...spec, bitwardenServerSDKURL: fake.url, ...more },
    { secrets: { bitwarden: { token } } },
  );
  const read = async (key: string) => text((await client.read({ key }, soon())).value());
  return { fake, client, read };
}

test('the server’s own example is read by id: a GET with a body, and the token in a header of its own', async (t) => {
  const more = { apiURL: 'https://api.bitwarden.eu/', identityURL: 'https://identity.bitwarden.eu' };
  const { fake, read } = await setup(t, { more });
  fake.secrets.push(documentedSecret);
  assert.equal(await read(documentedSecret.id), 'value');
  const [request] = fake.requests;
  assert.equal(`${request?.method} ${request?.url}`, 'GET /rest/api/1/secret');
  assert.equal(request?.body.toString(), `{"id":"${documentedSecret.id}"}`);
  assert.equal(request?.headers['warden-access-token'], 'right');
  assert.equal(request?.headers['warden-api-url'], 'https://api.bitwarden.eu');
  assert.equal(request?.headers['warden-identity-url'], 'https://identity.bitwarden.eu');
});

test('a name is that of one secret of the project; elsewhere it may occur, within it only once', async (t) => {
  const { fake, client, read } = await setup(t);
  fake.put('db', 'of another project', '11111111-2222-3333-4444-555555555555');
  fake.put('db', 'of none');
  await failsWith(client.read({ key: 'db' }, soon()), 'NotFound');
  fake.put('db', 'ours', projectID);
  assert.equal(await read('db'), 'ours');
  fake.put('db', 'ours too', projectID);
  await failsWith(client.read({ key: 'db' }, soon()), 'Ambiguous');
});

test('to an account that sees nothing nothing is absent', async (t) => {
  const { fake, client } = await setup(t);
  assert.equal(await client.check(soon()), 'ready');
  for (const key of ['db', documentedSecret.id]) await failsWith(client.read({ key }, soon()), 'Denied');
  fake.put('other', 'v', projectID);
  for (const key of ['db', documentedSecret.id]) await failsWith(client.read({ key }, soon()), 'NotFound');
});

test('what Bitwarden says to the server tells a refusal from an outage', async (t) => {
  const wrong = await setup(t, { token: 'wrong' });
  await failsWith(wrong.client.check(soon()), 'LoginFailed');
  const login = 'failed to login to bitwarden using access token: bitwarden login: API error:';
  const { fake, client } = await setup(t);
  const said = {
    [`${login} error sending request for url (https://identity.bitwarden.com/connect/token)`]: 'Unavailable',
    [`${login} Received error message from server: [429 Too Many Requests] slow down`]: 'Throttled',
    'failed to get secret: API error: Received error message from server: [503 Service Unavailable]':
      'Unavailable',
    'failed to get secret: API error: Received error message from server: [403 Forbidden] {}': 'Denied',
    'failed to get secret: API error: anything': 'Rejected',
    'a page of somebody else': 'Malformed',
  } as const;
  for (const [text, code] of Object.entries(said)) {
    fake.says = text;
    await failsWith(client.read({ key: documentedSecret.id }, soon()), code);
  }
});

test('find goes through the organization by name, and calls the results by their ids', async (t) => {
  const { fake, client } = await setup(t);
  const one = fake.put('team/one', '1', projectID);
  const two = fake.put('team/two', '2');
  fake.put('other', '3', projectID);
  assert.deepEqual(texts(await client.find!({ name: '^team/' }, soon())), { [one.id]: '1', [two.id]: '2' });
  await failsWith(client.find!({ tags: { a: 'b' } }, soon()), 'Unsupported');
});

test('keys are extracted from YAML, too: scalars as they are spelled', () => {
  const yaml =
    'user: admin\nport: 05432\nratio: 1.50\nempty:\nquoted: "null"\nnested:\n  a: 1\nlist: [1, 2]\n';
  assert.deepEqual(texts(bitwardenSecret(yaml, 'key').map()), {
    user: 'admin',
    port: '05432',
    ratio: '1.50',
    empty: '',
    quoted: 'null',
    nested: 'a: 1',
    list: '[ 1, 2 ]',
  });
  for (const value of ['plain', '- a\n- b', 'a: [', '&a [*a]', ''])
    assert.throws(() => bitwardenSecret(value, 'key').map(), { code: 'NotAnObject' });
});

test('the note tells whose a secret is; it is given with or without the envelope', async (t) => {
  const { fake, client } = await setup(t);
  const metadata = { note: 'by keyhook' };
  assert.equal(await client.push!(pushOf('db', 'one', { metadata }), soon()), 'written');
  const enveloped = {
    apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
    kind: 'PushSecretMetadata',
    spec: metadata,
  };
  assert.equal(await client.push!(pushOf('db', 'one', { metadata: enveloped }), soon()), 'unchanged');
  await failsWith(client.push!(pushOf('db', 'two'), soon()), 'NotOwned');
  await failsWith(client.push!(pushOf('db', 'two', { metadata: { nota: 'x' } }), soon()), 'InvalidPush');
  assert.deepEqual(
    fake.secrets.map(({ key, value, note, projectId }) => [key, value, note, projectId]),
    [['db', 'one', 'by keyhook', projectID]],
  );
});

test('an id names only what is there, and only text can be pushed', async (t) => {
  const { fake, client, read } = await setup(t);
  const { id } = fake.put('db', 'one', projectID);
  assert.equal(await client.push!(pushOf(id, 'two'), soon()), 'written');
  assert.equal(await read('db'), 'two');
  await failsWith(client.push!(pushOf(documentedSecret.id, 'v'), soon()), 'InvalidPush');
  await failsWith(client.push!(pushOf('db', Uint8Array.of(0xff)), soon()), 'InvalidPush');
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    bitwardenSecretsManager.validate({ ...spec, ...more } as never, scope).map(({ path }) => path);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({}, clusterScope), []);
  assert.deepEqual(problems({ bitwardenServerSDKURL: '' }), ['bitwardenServerSDKURL']);
  const caProvider = { type: 'Secret', name: 'ca', key: 'ca.crt' };
  assert.deepEqual(problems({ caProvider }, clusterScope), ['caProvider.namespace']);
});
