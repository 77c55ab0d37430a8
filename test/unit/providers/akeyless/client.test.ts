import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { akeyless } from '../../../../providers/akeyless/index.ts';
import type { AkeylessSpec } from '../../../../providers/akeyless/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { type FakeItem, startFakeAkeyless } from '../../../fakes/akeyless.ts';
import { serveFake } from '../../../fakes/serve.ts';
import { withEnvironment } from '../../../support/environment.ts';
import {
  clientOf,
  clusterScope,
  failsWith,
  pushOf,
  type Surroundings,
  soon,
  storeScope,
  text,
  texts,
} from '../../../support/provider-client.ts';

type Auth = AkeylessSpec['authSecretRef'];

const key = (name: string) => ({ name: 'akeyless', key: name });
const withKey: Auth = {
  secretRef: { accessID: key('id'), accessType: key('type'), accessTypeParam: key('param') },
};

async function setup(
  t: TestContext,
  auth = withKey,
  { type = 'api_key', param = 'the-key', ...more }: Surroundings & { type?: string; param?: string } = {},
) {
  const fake = await startFakeAkeyless();
  t.after(() => fake.close());
  let shown: Readonly<Record<string, unknown>> = {};
  const accepts = (body: Readonly<Record<string, unknown>>) => {
    shown = body;
    return body['access-key'] !== 'wrong';
  };
  fake.accesses.set('p-1', { reads: '/', writes: true, accepts });
  const spec = { akeylessGWApiURL: fake.url, authSecretRef: auth };
  const secrets = { akeyless: { id: 'p-1', type, param, token: 'a.jwt' } };
  const client = await clientOf(t, akeyless as Provider, spec, { secrets, ...more });
  const put = (name: string, type: FakeItem['type'], answer: object) =>
    fake.items.set(name, { type, values: [], tags: [], answer });
  const read = async (name: string, version?: string) =>
    text((await client.read({ key: name, ...(version === undefined ? {} : { version }) }, soon())).value());
  return { fake, client, put, read, shown: () => shown };
}

const cloudIdIn = (shown: Readonly<Record<string, unknown>>) =>
  Buffer.from(String(shown['cloud-id']), 'base64').toString();

test('each kind of item has its own operation and its own value', async (t) => {
  const { put, read, client } = await setup(t);
  put('/dynamic', 'DYNAMIC_SECRET', { user: 'tmp', password: 'p<' });
  put('/payload', 'ROTATED_SECRET', { value: { payload: 'the payload', username: 'u' } });
  put('/target', 'ROTATED_SECRET', { value: { target_value: { b: 1, a: '2' } } });
  put('/plain', 'ROTATED_SECRET', { value: { username: 'u', password: 'p' } });
  put('/certificate', 'CERTIFICATE', { certificate_pem: 'PEM', private_key_pem: 'KEY' });
  put('/key', 'KEY', {});
  assert.equal(await read('/dynamic'), '{"password":"p\\u003c","user":"tmp"}');
  assert.equal(await read('/payload'), 'the payload');
  assert.equal(await read('/target'), '{"a":"2","b":1}');
  assert.equal(await read('/plain'), '{"password":"p","username":"u"}');
  const certificate = await client.read({ key: '/certificate' }, soon());
  assert.deepEqual(texts(certificate.map()), { certificate_pem: 'PEM', private_key_pem: 'KEY' });
  await failsWith(client.read({ key: '/key' }, soon()), 'Unsupported');
  await failsWith(client.read({ key: '/plain', version: 'latest' }, soon()), 'Rejected');
  await failsWith(client.read({ key: '/nothing' }, soon()), 'NotShown');
});

test('find goes by name below a path, or by the values of tags, and leaves out what is empty', async (t) => {
  const { client, fake } = await setup(t);
  const put = (name: string, value: string, ...tags: string[]) =>
    fake.items.set(name, { type: 'STATIC_SECRET', values: [value], tags });
  put('/app/a', '1', 'prod');
  put('/app/b', '2', 'test');
  put('/app/empty', '', 'prod');
  put('/apple', '3', 'prod');
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ path: 'app', name: '.' }), { '/app/a': '1', '/app/b': '2' });
  assert.deepEqual(await find({ tags: { env: 'prod' } }), { '/app/a': '1', '/apple': '3' });
  assert.deepEqual(await find({ path: '/app/', tags: { any: 'prod', other: 'test' } }), {
    '/app/a': '1',
    '/app/b': '2',
  });
  await failsWith(client.find!({ path: 'app' }, soon()), 'Unsupported');
});

test('a push creates with ESO’s tag, and leaves alone what has none and what is no static secret', async (t) => {
  const { client, fake, put } = await setup(t);
  assert.equal(await client.push!(pushOf('/new', 'v'), soon()), 'written');
  assert.deepEqual(fake.items.get('/new')?.tags, ['k8s-external-secrets']);
  fake.items.set('/foreign', { type: 'STATIC_SECRET', values: ['v'], tags: ['team'] });
  await failsWith(client.push!(pushOf('/foreign', 'w'), soon()), 'NotOwned');
  put('/dynamic', 'DYNAMIC_SECRET', {});
  await failsWith(client.push!(pushOf('/dynamic', 'w'), soon()), 'NotOwned');
  assert.equal(await client.delete!({ remoteKey: '/foreign' }, soon()), 'unmanaged');
});

test('a ServiceAccount or its Secret logs in by the gateway’s config', async (t) => {
  const kubernetesAuth = { accessID: 'p-1', k8sConfName: 'cluster' };
  const jwt = (token: string) => ({
    'access-id': 'p-1',
    'access-type': 'k8s',
    'k8s-service-account-token': Buffer.from(token).toString('base64'),
    'k8s-auth-config-name': 'cluster',
  });
  const byAccount = await setup(t, {
    kubernetesAuth: { ...kubernetesAuth, serviceAccountRef: { name: 'app' } },
  });
  assert.equal(await byAccount.client.check(soon()), 'ready');
  assert.deepEqual(byAccount.shown(), jwt('a ServiceAccount token'));
  const bySecret = await setup(t, { kubernetesAuth: { ...kubernetesAuth, secretRef: { name: 'akeyless' } } });
  await bySecret.client.check(soon());
  assert.deepEqual(bySecret.shown(), jwt('a.jwt'));
});

test('Azure: a ServiceAccount’s application, else the managed identity, which is for cluster stores only', async (t) => {
  const azure = await serveFake(({ method, path, query, body }) => {
    if (method === 'GET') return { body: { access_token: `managed ${query.get('object_id')}` } };
    const form = new URLSearchParams(body.toString());
    return {
      body: {
        access_token: `${path[0]} ${form.get('client_id')} ${form.get('client_assertion')}`,
        expires_in: 3600,
      },
    };
  });
  t.after(() => azure.close());
  withEnvironment(t, { AZURE_ENDPOINT_URL: azure.url });
  const kube = {
    serviceAccount: async () => ({
      annotations: {
        'azure.workload.identity/client-id': 'client',
        'azure.workload.identity/tenant-id': 'tenant',
      },
    }),
  };
  const auth = { ...withKey, serviceAccountRef: { name: 'app' } };
  const workload = await setup(t, auth, { type: 'azure_ad', param: 'unused', kube });
  await workload.client.check(soon());
  assert.equal(cloudIdIn(workload.shown()), 'tenant client a ServiceAccount token');
  const own = await setup(t, withKey, { type: 'azure_ad', param: 'object', scope: clusterScope });
  await own.client.check(soon());
  assert.equal(cloudIdIn(own.shown()), 'managed object');
});

test("AWS and Google are the hook's own identities: cluster stores only", async (t) => {
  for (const type of ['aws_iam', 'gcp', 'azure_ad']) {
    const { client, fake } = await setup(t, withKey, { type });
    await failsWith(client.check(soon()), 'CredentialForbidden');
    assert.equal(fake.given.length, 0);
  }
  const container = await serveFake(() => ({
    body: {
      AccessKeyId: 'AKIAPOD',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    },
  }));
  t.after(() => container.close());
  withEnvironment(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/c`,
    AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_REGION: 'eu-west-1',
  });
  const { client, shown } = await setup(t, withKey, { type: 'aws_iam', scope: clusterScope });
  await client.check(soon());
  const parsed = (encoded: unknown) => JSON.parse(Buffer.from(String(encoded), 'base64').toString());
  const proof = parsed(shown()['cloud-id']);
  assert.equal(
    Buffer.from(proof.sts_request_url, 'base64').toString(),
    'https://sts.eu-west-1.amazonaws.com/',
  );
  assert.match(parsed(proof.sts_request_headers).Authorization[0], /AKIAPOD\/\d+\/eu-west-1\/sts/);
  const other = await setup(t, withKey, { type: 'certificate' });
  await failsWith(other.client.check(soon()), 'Unsupported');
});

test('a gateway whose address leaves out /v2 is found', async (t) => {
  const paths: string[] = [];
  const gateway = await serveFake(({ path }) => {
    paths.push(path.join('/'));
    return path[0] === 'v2'
      ? { body: { token: 't-1' } }
      : { headers: { 'content-type': 'text/html' }, body: '<html>' };
  });
  t.after(() => gateway.close());
  const secrets = { akeyless: { id: 'p-1', type: 'access_key', param: 'k' } };
  const spec = { akeylessGWApiURL: gateway.url, authSecretRef: withKey };
  const client = await clientOf(t, akeyless as Provider, spec, { secrets });
  assert.equal(await client.check(soon()), 'ready');
  assert.deepEqual(paths, ['', 'v2/auth']);
});

test('a key that Akeyless does not know fails the store', async (t) => {
  const { client } = await setup(t, withKey, { param: 'wrong' });
  await failsWith(client.check(soon()), 'LoginFailed');
});

test('stores that cannot work are refused', () => {
  const paths = (authSecretRef: Auth, akeylessGWApiURL = '', scope = storeScope) =>
    akeyless
      .validate({ akeylessGWApiURL, authSecretRef }, scope)
      .map(({ path }) => path.replace('authSecretRef.', ''));
  const kubernetesAuth = { accessID: 'p', k8sConfName: 'c' };
  assert.deepEqual(paths(withKey), []);
  assert.deepEqual(paths(withKey, 'akeyless'), ['akeylessGWApiURL']);
  assert.deepEqual(paths({}), ['secretRef.accessID', 'secretRef.accessType']);
  assert.deepEqual(paths({ kubernetesAuth }), ['kubernetesAuth']);
  assert.deepEqual(paths({ kubernetesAuth: { ...kubernetesAuth, serviceAccountRef: { name: 'a' } } }), []);
  assert.equal(paths(withKey, '', clusterScope).length, 3);
});
