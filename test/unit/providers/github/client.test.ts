import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { github } from '../../../../providers/github/index.ts';
import type { GithubSpec } from '../../../../providers/github/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { startFakeGithub } from '../../../fakes/github.ts';
import { serveFake } from '../../../fakes/serve.ts';
import { clientOf, failsWith, pushOf, soon, storeScope, text } from '../../../support/provider-client.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = String(privateKey.export({ format: 'pem', type: 'pkcs1' }));
const auth = { privateKey: { name: 'github', key: 'key' } };
const spec = { url: 'https://github.com/', auth, appID: 7, installationID: 42, organization: 'octo-org' };
const organization = '/orgs/octo-org/actions/secrets';

async function setup(t: TestContext, more: Partial<GithubSpec> = {}, key = pem, now = Date.now) {
  const fake = await startFakeGithub(String(publicKey.export({ format: 'pem', type: 'spki' })));
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  const secrets = { github: { key } };
  const client = await clientOf(
    t,
    github as Provider,
    { ...spec, url: `${proxy.url}/`, ...more },
    { secrets, now },
  );
  const owned = (path: string) => {
    const map = fake.secrets.get(path) ?? new Map();
    fake.secrets.set(path, map);
    return map as NonNullable<ReturnType<typeof fake.secrets.get>>;
  };
  return { fake, proxy, client, owned };
}

test('an organization, a repository and an environment have their own addresses', async (t) => {
  const places: [Partial<GithubSpec>, string][] = [
    [{}, organization],
    [{ repository: 'app' }, '/repos/octo-org/app/actions/secrets'],
    [{ repository: 'app', environment: 'prod/eu' }, '/repos/octo-org/app/environments/prod%2Feu/secrets'],
  ];
  for (const [more, path] of places) {
    const { client, owned } = await setup(t, more);
    const secrets = owned(path);
    assert.equal(await client.check(soon()), 'ready');
    assert.equal(await client.push!(pushOf('TOKEN', 'v'), soon()), 'written');
    assert.equal(text(secrets.get('TOKEN')?.value ?? assert.fail()), 'v');
    assert.equal(secrets.get('TOKEN')?.visibility, path === organization ? 'all' : undefined);
  }
});

test('any bytes are sealed; a whole Secret is JSON with its values in base64, as ESO pushes it', async (t) => {
  const { client, owned, proxy } = await setup(t);
  const secrets = owned(organization);
  await client.push!(pushOf('BINARY', Uint8Array.of(0, 0xff)), soon());
  assert.deepEqual([...(secrets.get('BINARY')?.value ?? [])], [0, 0xff]);
  const { secretKey: _, ...whole } = pushOf('WHOLE', 'v');
  await client.push!(whole, soon());
  assert.equal(text(secrets.get('WHOLE')?.value ?? assert.fail()), '{"v":"dg=="}');
  const put = proxy.requests.find(({ method }) => method === 'PUT');
  assert.doesNotMatch(String(put?.body), /"v"/);
});

test('a secret keeps its visibility and the repositories that may use it, unless the store names another', async (t) => {
  const { client, owned } = await setup(t);
  const secrets = owned(organization);
  const repositories = Array.from({ length: 150 }, (_, index) => index + 1);
  secrets.set('TOKEN', { value: Buffer.from('old'), visibility: 'selected', repositories });
  await client.push!(pushOf('TOKEN', 'new'), soon());
  assert.equal(secrets.get('TOKEN')?.visibility, 'selected');
  assert.deepEqual(secrets.get('TOKEN')?.repositories, repositories);
  const other = await setup(t, { orgSecretVisibility: 'private' });
  const own = other.owned(organization);
  own.set('TOKEN', { value: Buffer.from('old'), visibility: 'all' });
  await other.client.push!(pushOf('TOKEN', 'new'), soon());
  assert.equal(own.get('TOKEN')?.visibility, 'private');
});

test('what the app does not see is no absence, and nothing can be read', async (t) => {
  const { client } = await setup(t, { repository: 'gone' });
  await failsWith(client.check(soon()), 'NotShown');
  await failsWith(client.push!(pushOf('TOKEN', 'v'), soon()), 'NotShown');
  await failsWith(client.exists!({ remoteKey: 'TOKEN' }, soon()), 'NotShown');
  await failsWith(client.delete!({ remoteKey: 'TOKEN' }, soon()), 'NotShown');
  await failsWith(client.read({ key: 'TOKEN' }, soon()), 'Unsupported');
  assert.equal(client.find, undefined);
});

test('a refused write is denied, a name that cannot be is rejected, limits are limits', async (t) => {
  const { client, owned, fake } = await setup(t);
  owned(organization);
  await failsWith(client.push!(pushOf('no-name', 'v'), soon()), 'Rejected');
  fake.mayWrite = false;
  await failsWith(client.push!(pushOf('TOKEN', 'v'), soon()), 'Denied');
  const limited = await serveFake(({ path }) =>
    path.at(-1) === 'access_tokens'
      ? { status: 201, body: { token: 't', expires_at: new Date(Date.now() + 3_600_000).toISOString() } }
      : {
          status: 403,
          headers: { 'retry-after': '60' },
          body: { message: 'You have exceeded a secondary rate limit.' },
        },
  );
  t.after(() => limited.close());
  const busy = await clientOf(
    t,
    github as Provider,
    { ...spec, url: limited.url },
    { secrets: { github: { key: pem } } },
  );
  assert.equal((await failsWith(busy.check(soon()), 'Throttled')).details.retryAfter, 60);
});

test('an installation logs in once an hour, and again when its token is refused', async (t) => {
  let now = Date.now();
  const { client, owned, fake } = await setup(t, {}, pem, () => now);
  owned(organization);
  await Promise.all(Array.from({ length: 10 }, () => client.check(soon())));
  assert.equal(fake.given.length, 1);
  now += 3_590_000;
  await client.check(soon());
  assert.equal(fake.given.length, 2);
  fake.tokens.clear();
  await client.check(soon());
  assert.equal(fake.given.length, 3);
});

test('another key fails the store, and what is no key cannot work', async (t) => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const { client } = await setup(t, {}, String(other.export({ format: 'pem', type: 'pkcs8' })));
  await failsWith(client.check(soon()), 'LoginFailed');
  const broken = await setup(t, {}, 'not a key');
  await failsWith(broken.client.check(soon()), 'Misconfigured');
});

test('a server of its own has its API below its address', async (t) => {
  const { client, proxy, owned } = await setup(t);
  owned(organization);
  await client.check(soon());
  assert.match(proxy.requests[0]?.path ?? '', /^\/api\/v3\/app\/installations\/42/);
});

test('stores that cannot work are refused', () => {
  const paths = (more: Partial<GithubSpec>) =>
    github.validate({ ...spec, ...more }, storeScope).map(({ path }) => path);
  assert.deepEqual(paths({}), []);
  assert.deepEqual(paths({ url: 'github' }), ['url']);
  assert.deepEqual(paths({ organization: '' }), ['organization']);
  assert.deepEqual(paths({ environment: 'prod' }), ['repository']);
  assert.deepEqual(paths({ auth: { privateKey: { name: 'github' } } }), ['auth.privateKey']);
});
