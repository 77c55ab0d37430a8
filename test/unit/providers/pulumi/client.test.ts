import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { pulumi } from '../../../../providers/pulumi/index.ts';
import { parsePath } from '../../../../providers/pulumi/paths.ts';
import { startFakePulumi } from '../../../fakes/pulumi.ts';
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

const tokenRef = { secretRef: { name: 'pulumi', key: 'token' } };
const place = { organization: 'acme', project: 'app', environment: 'prod' };

async function setup(t: TestContext, more: object = { auth: { accessToken: tokenRef } }, token = 'right') {
  const fake = await startFakePulumi();
  t.after(() => fake.close());
  fake.tokens.add('right');
  const audiences: unknown[] = [];
  const client = await clientOf(
    t,
    pulumi as Provider,
    { apiUrl: `${fake.url}/api/esc`, ...place, ...more },
    {
      secrets: { pulumi: { token } },
      kube: {
        async serviceAccountToken(_namespace, _name, request) {
          audiences.push(request);
          return { token: 'of the account', expiresAt: Date.now() + 600_000 };
        },
      },
    },
  );
  const read = (key: string) => client.read({ key }, soon());
  return { fake, client, read, audiences };
}

test('an environment is opened and read; a key is a path in it', async (t) => {
  const { fake, read } = await setup(t);
  fake.yaml =
    'values:\n  app:\n    port: 5432\n    hosts: [a, b]\n    with.dots: {fn::secret: s}\n  on: true\n';
  assert.equal(text((await read('app.port')).value()), '5432');
  assert.equal(text((await read('app.hosts[1]')).value()), 'b');
  assert.equal(text((await read('app["with.dots"]')).value()), 's');
  assert.equal(text((await read('on')).value()), 'true');
  assert.deepEqual(texts((await read('app')).map()), { port: '5432', hosts: '["a","b"]', 'with.dots': 's' });
  assert.equal(text((await read('app')).value('hosts.0')), 'a');
  await failsWith(read('app.none'), 'NotFound');
  await failsWith(read('app.port.deeper'), 'NotFound');
  const [open, opened] = fake.requests;
  assert.equal(`${open?.method} ${open?.url}`, 'POST /api/esc/environments/acme/app/prod/open');
  assert.match(opened?.url ?? '', /^\/api\/esc\/environments\/acme\/app\/prod\/open\/[0-9a-f-]{36}$/);
  assert.equal(open?.headers.authorization, 'token right');
});

test('paths', () => {
  assert.deepEqual(parsePath('a.b[0]["c.d"].e'), ['a', 'b', 0, 'c.d', 'e']);
  assert.deepEqual(parsePath('["a \\"b\\""]'), ['a "b"']);
  assert.deepEqual(parsePath('values/with-slash'), ['values/with-slash']);
  for (const path of ['', '.', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a[0]b', 'a"b'])
    assert.throws(() => parsePath(path), { code: 'Rejected' }, path);
});

test('an environment that is not there, or not to be seen, is the store’s mistake, not an absent value', async (t) => {
  const { client, read } = await setup(t, { auth: { accessToken: tokenRef }, environment: 'other' });
  for (const work of [read('a'), client.check(soon())]) {
    const error = await failsWith(work, 'Misconfigured');
    assert.equal(error.retry, 'identity');
  }
});

test('a ServiceAccount token is exchanged once; its audience is the address without the API', async (t) => {
  const oidcConfig = { organization: 'acme', serviceAccountRef: { name: 'app' }, expirationSeconds: 700 };
  const { fake, client, audiences } = await setup(t, { auth: { oidcConfig } });
  await failsWith(client.check(soon()), 'LoginFailed');
  fake.accounts.add('of the account');
  assert.equal(await client.check(soon()), 'ready');
  assert.deepEqual(audiences[0], { audiences: [fake.url], expirationSeconds: 700 });
  assert.equal(fake.logins.length, 1);
  const [exchange] = fake.requests;
  assert.equal(exchange?.url, '/api/oauth/token');
  assert.equal(JSON.parse(exchange?.body.toString() ?? '').expiration, 700);
});

test('the deprecated place of the token works; a token that is refused fails the store', async (t) => {
  const old = await setup(t, { accessToken: tokenRef });
  assert.equal(await old.client.check(soon()), 'ready');
  const wrong = await setup(t, { auth: { accessToken: tokenRef } }, 'wrong');
  await failsWith(wrong.client.check(soon()), 'LoginFailed');
});

test('a push changes one value of the definition, and leaves imports, secrets and comments as they are', async (t) => {
  const { fake, client } = await setup(t);
  fake.yaml =
    'imports:\n  - base\nvalues:\n  # ours\n  db:\n    user: app\n    old: { fn::secret: { ciphertext: ZXNjeAAA } }\n';
  const before = fake.yaml;
  assert.equal(await client.push!(pushOf('db.password', 's3cret'), soon()), 'written');
  assert.equal(fake.yaml, `${before}    password:\n      fn::secret: s3cret\n`);
  assert.equal(await client.push!(pushOf('db.password', 's3cret'), soon()), 'unchanged');
  assert.equal(await client.delete!({ remoteKey: 'db.password' }, soon()), 'deleted');
  assert.equal(fake.yaml, before);
});

test('what is imported is not deleted, and what is computed or a scalar has no place for more', async (t) => {
  const { fake, client } = await setup(t);
  fake.imported.set('shared', '"v"');
  fake.yaml = 'values:\n  aws:\n    fn::open::aws-login: {}\n  name: x\n';
  await failsWith(client.delete!({ remoteKey: 'shared' }, soon()), 'NotOwned');
  await failsWith(client.push!(pushOf('aws.key', 'v'), soon()), 'NotSettable');
  await failsWith(client.push!(pushOf('name.key', 'v'), soon()), 'NotSettable');
  await failsWith(client.push!(pushOf('bin', Uint8Array.of(0xff)), soon()), 'InvalidPush');
});

test('another writer between the look and the write is met by the etag', async (t) => {
  const { fake, client } = await setup(t);
  fake.yaml = 'values: {}\n';
  fake.outrun = 1;
  await failsWith(client.push!(pushOf('a', 'v'), soon()), 'Conflict');
  assert.equal(await client.push!(pushOf('a', 'v'), soon()), 'written');
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    pulumi
      .validate({ apiUrl: 'https://api.pulumi.com/api/esc', ...place, ...more } as never, scope)
      .map(({ path }) => path);
  assert.deepEqual(problems({ auth: { accessToken: tokenRef } }), []);
  assert.deepEqual(problems({}), ['auth']);
  assert.deepEqual(problems({ auth: { accessToken: tokenRef }, accessToken: tokenRef }), ['auth']);
  assert.deepEqual(problems({ accessToken: tokenRef }, clusterScope), ['accessToken.secretRef.namespace']);
  const oidcConfig = { organization: '', serviceAccountRef: { name: 'app' }, expirationSeconds: 600 };
  assert.deepEqual(problems({ auth: { oidcConfig }, project: '' }, clusterScope), [
    'project',
    'auth.oidcConfig.organization',
    'auth.oidcConfig.serviceAccountRef.namespace',
  ]);
});
