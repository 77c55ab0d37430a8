import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { conjur } from '../../../../providers/conjur/index.ts';
import type { ConjurSpec } from '../../../../providers/conjur/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { account, startFakeConjur } from '../../../fakes/conjur.ts';
import { serveFake } from '../../../fakes/serve.ts';
import { createAuthority } from '../../../support/certificates.ts';
import {
  clientOf,
  failsWith,
  type Surroundings,
  soon,
  storeScope,
  text,
  texts,
} from '../../../support/provider-client.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const secrets = { conjur: { login: 'host/app', key: 'the-api-key', token: 'a.jwt' } };
const apikey = {
  account,
  userRef: { name: 'conjur', key: 'login' },
  apiKeyRef: { name: 'conjur', key: 'key' },
};

async function setup(t: TestContext, auth: ConjurSpec['auth'] = { apikey }, surroundings: Surroundings = {}) {
  const fake = await startFakeConjur();
  t.after(() => fake.close());
  const proxy = await startRecordingProxy(fake.url);
  t.after(() => proxy.close());
  const role = { sees: 'app/', reads: 'app/' };
  fake.roles.set(`authn/${account}/host%2Fapp`, { ...role, proof: 'the-api-key' });
  fake.roles.set(`authn-jwt/cluster/${account}`, { ...role, proof: 'jwt=a.jwt' });
  fake.roles.set(`authn-cert/vms/${account}/host%2Fapp`, { ...role, proof: '' });
  const spec = { url: `${proxy.url}/`, auth };
  const client = await clientOf(t, conjur as Provider, spec, { secrets, ...surroundings });
  const put = (id: string, value: string | undefined, annotations: Record<string, string> = {}) =>
    fake.variables.set(id, { values: value === undefined ? [] : [Buffer.from(value)], annotations });
  return { fake, proxy, client, put };
}

test('a key is an id, alone or with its kind and account, and is escaped as one part of the address', async (t) => {
  const { client, put, proxy } = await setup(t);
  put('app/db/password', 'p@ss');
  for (const key of ['app/db/password', 'variable:app/db/password', `${account}:variable:app/db/password`])
    assert.equal(text((await client.read({ key }, soon())).value()), 'p@ss');
  assert.equal(proxy.requests.at(-1)?.path, '/secrets/myorg/variable/app%2Fdb%2Fpassword');
  const authorization = proxy.requests.at(-1)?.headers.authorization ?? '';
  const [, token = ''] = /^Token token="(.+)"$/.exec(authorization) ?? [];
  assert.equal(JSON.parse(Buffer.from(token, 'base64').toString()).signature, 'c2ln');
});

test('what is not there, what is not shown and what has no value are one, and none of them an absence', async (t) => {
  const { client, put } = await setup(t);
  put('app/empty', undefined);
  put('other/secret', 'v');
  for (const key of ['app/nothing', 'app/empty', 'other/secret']) {
    const error = await failsWith(client.read({ key }, soon()), 'NotShown');
    assert.equal(error.retry, 'user');
    assert.equal(error.details.what, key);
  }
});

test('find goes by id or by annotations, and leaves out what has no value', async (t) => {
  const { client, put, fake, proxy } = await setup(t);
  for (let index = 0; index < 120; index++)
    put(`app/${index}`, `value ${index}`, { half: String(index % 2) });
  put('app/binary', 'x');
  fake.variables.set('app/binary', { values: [Uint8Array.of(0, 0xff, 0xfe)], annotations: { kind: 'key' } });
  put('app/empty', undefined, { half: '0' });
  put('other/secret', 'v', { half: '0' });
  const half = await client.find!({ tags: { half: '0' } }, soon());
  assert.equal(half.size, 60);
  assert.equal(text(half.get('app/118') ?? assert.fail()), 'value 118');
  assert.deepEqual(
    [...((await client.find!({ tags: { kind: 'key' } }, soon())).get('app/binary') ?? [])],
    [0, 0xff, 0xfe],
  );
  assert.deepEqual(texts(await client.find!({ name: '^app/1?1$' }, soon())), {
    'app/1': 'value 1',
    'app/11': 'value 11',
  });
  await failsWith(client.find!({ path: 'app' }, soon()), 'Unsupported');
  proxy.misbehave(/offset=100/, 'server-error', 1);
  await failsWith(client.find!({ name: '.' }, soon()), 'Unavailable');
  proxy.misbehave(/variable_ids/, 'half-body', 1);
  await failsWith(client.find!({ name: '^app/1$' }, soon()), 'Malformed');
  proxy.misbehave(/variable_ids/, 'garbage', 1);
  await failsWith(client.find!({ name: '^app/1$' }, soon()), 'Malformed');
});

test('JWTs come from a Secret or a ServiceAccount, certificates are for another service', async (t) => {
  const byToken = await setup(t, { jwt: { account, serviceID: 'cluster', secretRef: { name: 'conjur' } } });
  assert.equal(await byToken.client.check(soon()), 'ready');
  const asked: unknown[] = [];
  const kube = {
    async serviceAccountToken(...request: unknown[]) {
      asked.push(request);
      return { token: 'a.jwt', expiresAt: 0 };
    },
  };
  const serviceAccountRef = { name: 'app', audiences: ['conjur'] };
  const byAccount = await setup(t, { jwt: { account, serviceID: 'cluster', serviceAccountRef } }, { kube });
  assert.equal(await byAccount.client.check(soon()), 'ready');
  assert.deepEqual(asked, [['team', 'app', { audiences: ['conjur'], expirationSeconds: 600 }]]);
  const cert = {
    account,
    serviceID: 'vms',
    hostId: 'app',
    clientCertRef: { name: 'c' },
    clientKeyRef: { name: 'c' },
  };
  await failsWith(
    setup(t, { cert }).then(({ client }) => client.check(soon())),
    'Misconfigured',
  );
});

test('a certificate is shown to Conjur, which its own authority vouches for', async (t) => {
  const authority = createAuthority();
  const server = authority.issue({ commonName: 'conjur' });
  const client = authority.issue({ commonName: 'vms/app' });
  const shown: string[] = [];
  const options = {
    cert: server.certPem,
    key: server.keyPem,
    ca: authority.certPem,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const conjurWithTls = createServer(options, (request, response) => {
    shown.push(`${request.url} ${(request.socket as TLSSocket).getPeerCertificate().subject.CN}`);
    if (request.method === 'POST') return void response.end('{"payload":"p"}');
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('by certificate');
  });
  await new Promise<void>((resolve) => conjurWithTls.listen(0, '127.0.0.1', resolve));
  t.after(() => conjurWithTls.close());
  const cert = {
    account,
    serviceID: 'vms',
    hostId: 'app',
    clientCertRef: { name: 'tls', key: 'tls.crt' },
    clientKeyRef: { name: 'tls', key: 'tls.key' },
  };
  const url = `https://127.0.0.1:${(conjurWithTls.address() as AddressInfo).port}`;
  const pair = { 'tls.crt': client.certPem, 'tls.key': client.keyPem };
  for (const caBundle of [authority.certPem, Buffer.from(authority.certPem).toString('base64')]) {
    const spec = { url, caBundle, auth: { cert } };
    const connected = await clientOf(t, conjur as Provider, spec, { secrets: { tls: pair } });
    assert.equal(text((await connected.read({ key: 'app/a' }, soon())).value()), 'by certificate');
  }
  assert.equal(shown[0], '/authn-cert/vms/myorg/host%2Fapp/authenticate vms/app');
});

test('a refused login fails the store; a page in place of a value is no value', async (t) => {
  const wrong = await setup(t, undefined, { secrets: { conjur: { ...secrets.conjur, key: 'wrong' } } });
  await failsWith(wrong.client.check(soon()), 'LoginFailed');
  const { client } = await setup(t);
  await client.check(soon());
  const wall = await serveFake(({ method }) =>
    method === 'POST' ? { body: '{}' } : { headers: { 'content-type': 'text/html' }, body: 'please log in' },
  );
  t.after(() => wall.close());
  const lost = await clientOf(t, conjur as Provider, { url: wall.url, auth: { apikey } }, { secrets });
  await failsWith(lost.read({ key: 'app/a' }, soon()), 'Malformed');
});

test('stores that cannot work are refused', () => {
  const paths = (auth: ConjurSpec['auth'], url = 'https://conjur.example.com') =>
    conjur.validate({ url, auth }, storeScope).map(({ path }) => path);
  const jwt = { account, serviceID: 'cluster', secretRef: { name: 'a', key: 'b' } };
  assert.deepEqual(paths({ apikey }), []);
  assert.deepEqual(paths({ jwt }), []);
  assert.deepEqual(paths({ apikey }, 'conjur'), ['url']);
  assert.deepEqual(paths({}), ['auth']);
  assert.deepEqual(paths({ apikey, jwt }), ['auth']);
  assert.deepEqual(paths({ jwt: { account, serviceID: 'cluster' } }), ['auth.jwt']);
  assert.deepEqual(paths({ jwt: { ...jwt, account: '' } }), ['auth']);
  const foreign = { ...apikey, userRef: { ...apikey.userRef, namespace: 'other' } };
  assert.deepEqual(paths({ apikey: foreign }), ['auth.apikey.userRef.namespace']);
});
