import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { doppler } from '../../../../providers/doppler/index.ts';
import type { DopplerSpec } from '../../../../providers/doppler/schema.ts';
import type { TokenRequest } from '../../../../providers/kit/kube.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { documentedDownload, startFakeDoppler } from '../../../fakes/doppler.ts';
import { serveFake } from '../../../fakes/serve.ts';
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
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const auth = { secretRef: { dopplerToken: { name: 'doppler' } } };

async function setup(t: TestContext, more: Partial<DopplerSpec> = {}, surroundings: Surroundings = {}) {
  const fake = await startFakeDoppler();
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  fake.tokens.add('dp.st.right');
  for (const [name, value] of Object.entries(documentedDownload)) fake.secrets.set(name, value);
  process.env.DOPPLER_BASE_URL = proxy.url;
  t.after(() => delete process.env.DOPPLER_BASE_URL);
  const secrets = { doppler: { dopplerToken: 'dp.st.right' } };
  const client = await clientOf(t, doppler as Provider, { auth, ...more }, { secrets, ...surroundings });
  return { fake, proxy, client };
}

test('one secret of Doppler’s own example is read, of the project and config that the store names', async (t) => {
  const { client, proxy } = await setup(t, { project: 'auth-api', config: 'prd' });
  assert.equal(text((await client.read({ key: 'USER' }, soon())).value()), 'name');
  const [request] = proxy.requests;
  assert.equal(request?.path, '/v3/configs/config/secrets/download?project=auth-api&config=prd&secrets=USER');
  assert.equal(request?.headers.authorization, 'Bearer dp.st.right');
});

test('a config that is not there is no absence of its secrets, and neither is an object of another kind', async (t) => {
  const { client } = await setup(t, { project: 'auth-api', config: 'gone' });
  await failsWith(client.read({ key: 'USER' }, soon()), 'Rejected');
  const other = await setup(t);
  await failsWith(other.client.read({ key: 'GONE' }, soon()), 'NotFound');
  const stranger = await serveFake(() => ({ body: { error: 'please log in' } }));
  t.after(() => stranger.close());
  process.env.DOPPLER_BASE_URL = stranger.url;
  const secrets = { doppler: { dopplerToken: 't' } };
  const lost = await clientOf(t, doppler as Provider, { auth }, { secrets });
  await failsWith(lost.read({ key: 'GONE' }, soon()), 'Malformed');
});

test('find gives what begins with the path and matches, under transformed names', async (t) => {
  const { client } = await setup(t);
  const find = async (query: object) => texts(await client.find!(query, soon()));
  assert.deepEqual(await find({ path: 'US' }), { USER: 'name' });
  assert.deepEqual(Object.keys(await find({ name: 'A' })), ['ALGOLIA', 'DATABASE']);
  await failsWith(client.find!({ tags: { a: 'b' } }, soon()), 'Unsupported');
  const lower = await setup(t, { nameTransformer: 'lower-snake' });
  assert.deepEqual(texts(await lower.client.find!({ path: 'us' }, soon())), { user: 'name' });
});

test('a format makes one file of all secrets', async (t) => {
  const { client, proxy } = await setup(t, { format: 'env' });
  const { DOPPLER_SECRETS_FILE: file } = texts(await client.find!({ name: '.' }, soon()));
  assert.match(file ?? '', /^USER="name"$/m);
  assert.match(proxy.requests[0]?.path ?? '', /format=env/);
  proxy.misbehave(/download/, 'html-404', 1);
  await failsWith(client.find!({ name: '.' }, soon()), 'Malformed');
});

test('a ServiceAccount logs in for its store only, and again when its token has ended', async (t) => {
  const requests: TokenRequest[] = [];
  const kube = {
    async serviceAccountToken(_: string, __: string, request: TokenRequest) {
      requests.push(request);
      return { token: 'signed by the cluster', expiresAt: 0 };
    },
  };
  const oidcConfig = { identity: 'id', serviceAccountRef: { name: 'app' }, expirationSeconds: 900 };
  let now = Date.now();
  const deps = { kube, now: () => now };
  const { client, fake, proxy } = await setup(t, { auth: { oidcConfig } }, deps);
  await failsWith(client.check(soon()), 'LoginFailed');
  fake.identities.set('id', 'signed by the cluster');
  assert.equal(await client.check(soon()), 'ready');
  assert.deepEqual(requests[0], {
    audiences: [proxy.url, 'secretStore:team:store'],
    expirationSeconds: 900,
  });
  now += 3_590_000;
  await client.check(soon());
  assert.equal(fake.logins.length, 2);
  const named = { ...oidcConfig, serviceAccountRef: { name: 'app', audiences: ['own'] } };
  const cluster = await setup(t, { auth: { oidcConfig: named } }, { ...deps, scope: clusterScope });
  await failsWith(cluster.client.check(soon()), 'LoginFailed');
  assert.deepEqual(requests.at(-1)?.audiences, ['clusterSecretStore:store', 'own']);
});

test('pushes write what has changed, delete by a change request, and refuse what is no text', async (t) => {
  const { client, fake, proxy } = await setup(t, { project: 'p', config: 'prd' });
  assert.equal(await client.push!(pushOf('USER', 'name'), soon()), 'unchanged');
  assert.equal(await client.push!(pushOf('USER', 'other'), soon()), 'written');
  const sent = proxy.requests.find(({ method }) => method === 'POST');
  assert.deepEqual(JSON.parse(String(sent?.body)), {
    secrets: { USER: 'other' },
    project: 'p',
    config: 'prd',
  });
  await failsWith(client.push!(pushOf('USER', Uint8Array.of(0xff)), soon()), 'InvalidPush');
  assert.equal(fake.secrets.get('USER'), 'other');
  await failsWith(client.push!(pushOf('no-name', 'v'), soon()), 'Rejected');
  assert.equal(await client.delete!({ remoteKey: 'USER' }, soon()), 'deleted');
  assert.equal(fake.secrets.has('USER'), false);
});

test('a property cannot be set in, or deleted from, what is no JSON', async (t) => {
  const { client, fake } = await setup(t);
  await failsWith(client.push!(pushOf('USER', 'v', { property: 'a' }), soon()), 'NotSettable');
  await failsWith(client.delete!({ remoteKey: 'USER', property: 'a' }, soon()), 'NotAnObject');
  assert.equal(await client.exists!({ remoteKey: 'USER', property: 'a' }, soon()), false);
  fake.secrets.set('USER', '{"a":1.50,"b":{"c":"d"}}');
  assert.equal(await client.delete!({ remoteKey: 'USER', property: 'b.c' }, soon()), 'property-deleted');
  assert.equal(fake.secrets.get('USER'), '{"a":1.50,"b":{}}');
});

test('a token that Doppler does not know fails the store', async (t) => {
  const { client } = await setup(t, {}, { secrets: { doppler: { dopplerToken: 'dp.st.wrong' } } });
  await failsWith(client.check(soon()), 'LoginFailed');
  await failsWith(client.read({ key: 'USER' }, soon()), 'LoginFailed');
});

test('stores that cannot work are refused', () => {
  const paths = (spec: DopplerSpec, scope = storeScope) =>
    doppler.validate(spec, scope).map(({ path }) => path);
  const oidcConfig = { identity: '', serviceAccountRef: { name: 'app' }, expirationSeconds: 600 };
  assert.deepEqual(paths({ auth }), []);
  assert.deepEqual(paths({ auth: {} }), ['auth']);
  assert.deepEqual(paths({ auth }, clusterScope), ['auth.secretRef.dopplerToken.namespace']);
  assert.deepEqual(paths({ auth: { oidcConfig } }), ['auth.oidcConfig.identity']);
  assert.deepEqual(paths({ auth: { oidcConfig: { ...oidcConfig, identity: 'i' } } }, clusterScope), [
    'auth.oidcConfig.serviceAccountRef.namespace',
  ]);
});
