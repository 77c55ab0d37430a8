import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { client, connect, local, login, proxy, rejects, signal, text, write } from './loopback.ts';

test('namespaces and headers go with each request, and nothing from the environment', async (t) => {
  const foreign = {
    VAULT_TOKEN: 'stolen',
    VAULT_NAMESPACE: 'stolen',
    VAULT_PREFIX: '/stolen',
    VAULT_ADDR: 'http://x',
  };
  Object.assign(process.env, foreign);
  t.after(() => {
    for (const name of Object.keys(foreign)) delete process.env[name];
  });
  await write('secret/data/headers', '{"data":{"a":"b"}}');
  const from = proxy.requests.length;
  const connected = await client(t, {
    namespace: 'apps',
    headers: { 'X-Team': 'blue', 'X-Vault-Token': 'not this one' },
    auth: { ...login, namespace: 'people' },
  });
  await connected.read({ key: 'headers' }, signal());
  await connected.check(signal());
  await connected.close();
  const seen = proxy.requests
    .slice(from)
    .map(({ method, path, headers }) => `${method} ${path} ${headers['x-vault-namespace']}`);
  assert.deepEqual(seen, [
    'POST /v1/auth/kubernetes/login people',
    'GET /v1/secret/data/headers apps',
    'GET /v1/auth/token/lookup-self people',
    'POST /v1/auth/token/revoke-self people',
  ]);
  for (const { headers } of proxy.requests.slice(from)) {
    assert.equal(headers['x-team'], 'blue');
    assert.equal(headers['x-vault-request'], 'true');
    assert.notEqual(headers['x-vault-token'], 'stolen');
  }
});

test('every call is counted once by its name, and absence is no error', async (t) => {
  await write('secret/data/counted', '{"data":{"a":"b"}}');
  const counted: string[] = [];
  const countCall = (call: string, outcome: string) => counted.push(`${call} ${outcome}`);
  const connected = await client(t, {}, {}, { countCall });
  await connected.read({ key: 'counted' }, signal());
  await rejects(connected.read({ key: 'not-there' }, signal()), 'NotFound');
  for (const fault of ['server-error', 'reset', 'half-body'] as const) {
    proxy.misbehave(/data\/counted/, fault);
    await assert.rejects(connected.read({ key: 'counted' }, signal()));
    proxy.heal();
  }
  await rejects(connected.read({ key: '../escape' }, signal()), 'Rejected');
  await connected.close();
  assert.deepEqual(counted, [
    ...['Login success', 'ReadSecretData success', 'ReadSecretData success', 'ReadMount success'],
    ...['ReadSecretData error', 'ReadSecretData error', 'ReadSecretData error', 'RevokeSelf success'],
  ]);
});

test('without auth no token is sent: an agent adds it', async (t) => {
  const connected = await connect(t, { server: proxy.url, version: 'v2', path: 'secret' });
  await rejects(connected.read({ key: 'x' }, signal()), 'Denied');
  assert.equal(proxy.requests.at(-1)?.headers['x-vault-token'], undefined);
  await rejects(connected.check(signal()), 'LoginFailed');
});

test('a given token that has died fails the store, a key that it may not read does not', async (t) => {
  const token = local.createToken(['secret/data/mine/']);
  const auth = { tokenSecretRef: { name: 'secrets', key: 'token' } };
  const connected = await client(t, { auth }, { token });
  await rejects(connected.read({ key: 'mine/nothing' }, signal()), 'NotFound');
  await rejects(connected.read({ key: 'theirs' }, signal()), 'Denied');
  local.revokeTokens();
  await rejects(connected.read({ key: 'theirs' }, signal()), 'LoginFailed');
  await rejects(connected.read({ key: 'mine/nothing' }, signal()), 'LoginFailed');
});

test('checking a store costs no login when its role may not look at its tokens', async (t) => {
  const connected = await client(t);
  proxy.misbehave(/lookup-self/, 'forbidden');
  const logins = () => proxy.count(/kubernetes\/login/);
  const from = logins();
  for (let round = 0; round < 3; round++) assert.equal(await connected.check(signal()), 'ready');
  assert.equal(logins() - from, 1);
  proxy.heal();
  assert.equal(await connected.check(signal()), 'ready');
  local.revokeTokens();
  assert.equal(await connected.check(signal()), 'ready');
  assert.equal(logins() - from, 2, 'a token that was seen to die is replaced');
});

test('the client certificate and the CA of the store serve the login and the reads', async (t) => {
  const authority = createAuthority();
  const server = authority.issue({ commonName: 'vault' });
  const me = authority.issue({ commonName: 'me' });
  const options = { cert: server.certPem, key: server.keyPem, ca: authority.certPem };
  const seen: string[] = [];
  const vault = createServer(
    { ...options, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      seen.push(`${request.method} ${(request.socket as TLSSocket).getPeerCertificate().subject.CN}`);
      response.end('{"request_id":"x","data":{"data":{"a":"b"},"metadata":{}},"auth":{"client_token":"t"}}');
    },
  );
  await new Promise<void>((resolve) => vault.listen(0, '127.0.0.1', resolve));
  t.after(() => vault.close());
  const fields: Partial<VaultSpec> = {
    server: `https://127.0.0.1:${(vault.address() as AddressInfo).port}`,
    caBundle: Buffer.from(authority.certPem).toString('base64'),
    tls: { certSecretRef: { name: 'secrets' }, keySecretRef: { name: 'secrets', key: 'my-key' } },
  };
  const connected = await client(t, fields, { 'tls.crt': me.certPem, 'my-key': me.keyPem });
  assert.equal(text((await connected.read({ key: 'x' }, signal())).value('a')), 'b');
  assert.deepEqual(seen, ['POST me', 'GET me']);
});

test('a store that asks for repetitions gets over a Vault that stumbles, at login and at reads', async (t) => {
  await write('secret/data/stumbling', '{"data":{"a":"b"}}');
  const reads = () => proxy.count(/data\/stumbling/);
  const patient = await client(t, {}, {}, { retry: { maxRetries: 2, intervalMs: 0 } });
  proxy.misbehave(/kubernetes\/login/, 'throttled', 1);
  proxy.misbehave(/data\/stumbling/, 'server-error', 2);
  assert.equal(text((await patient.read({ key: 'stumbling' }, signal())).value('a')), 'b');
  assert.equal(reads(), 3);

  const told = await client(t, {}, {}, { retry: { intervalMs: 0 } });
  proxy.misbehave(/data\/stumbling/, 'server-error', 1);
  await rejects(told.read({ key: 'stumbling' }, signal()), 'Unavailable');
  assert.equal(reads(), 4, 'without maxRetries there is none, as under ESO');
});
