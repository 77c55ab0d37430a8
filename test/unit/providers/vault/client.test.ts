import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type LocalVault, startLocalVault } from '../../../../local/vault.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { SecretMap, SecretsClient } from '../../../../providers/kit/provider.ts';
import { connectVault } from '../../../../providers/vault/client.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { http } from '../../../support/http.ts';
import { type RecordingProxy, startRecordingProxy } from '../../../support/recording-proxy.ts';

let local: LocalVault;
let proxy: RecordingProxy;

before(async () => {
  local = await startLocalVault({
    mounts: { secret: 'v2', kv: 'v1' },
    kubernetesRoles: { app: ['secret/', 'kv/'] },
  });
  proxy = await startRecordingProxy(local.url);
});
after(async () => {
  await proxy.close();
  await local.close();
});

const login = { kubernetes: { mountPath: 'kubernetes', role: 'app', serviceAccountRef: { name: 'app' } } };
const scope = { kind: 'SecretStore', name: 'store', namespace: 'team' } as const;
const signal = () => AbortSignal.timeout(10_000);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));

async function client(
  t: TestContext,
  fields: Partial<VaultSpec> = {},
  secrets: Record<string, string> = {},
  countCall: (call: string, outcome: string) => void = () => {},
): Promise<SecretsClient> {
  const kube = memoryKube({ 'team/secrets': secrets }, 'a-jwt');
  const connected = await connectVault(
    { server: proxy.url, version: 'v2', path: 'secret', auth: login, ...fields },
    scope,
    { credentials: createCredentials(scope, kube), now: Date.now, countCall },
  );
  t.after(() => connected.close());
  return connected;
}

async function write(path: string, json: string, method = 'POST'): Promise<void> {
  const headers = { 'x-vault-token': local.rootToken };
  const { status } = await http({ url: `${local.url}/v1/${path}`, method, headers, body: json });
  assert(status < 300, `${status} to ${method} ${path}`);
}

async function rejects(work: Promise<unknown>, code: ProviderErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert(error instanceof ProviderError);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

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
  const connected = await client(t, {}, {}, (call, outcome) => counted.push(`${call} ${outcome}`));
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
  const { auth: _, ...agent } = { server: proxy.url, version: 'v2' as const, path: 'secret', auth: login };
  const credentials = createCredentials(scope, memoryKube({}, 'unused'));
  const connected = await connectVault(agent, scope, { credentials, now: Date.now, countCall: () => {} });
  t.after(() => connected.close());
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

test('a wrong mount or a wrong version of the engine is never absence', async (t) => {
  await write('kv/there', '{"a":"b"}');
  await write('secret/data/there', '{"data":{"a":"b"}}');
  const stores: Partial<VaultSpec>[] = [
    { path: 'kv', version: 'v2' },
    { path: 'secret', version: 'v1' },
  ];
  for (const fields of stores) {
    const connected = await client(t, fields);
    for (const key of ['there', 'nothing', 'deep/nothing']) {
      await rejects(connected.read({ key }, signal()), 'WrongMount');
    }
    await rejects(connected.find!({ name: '.' }, signal()), 'WrongMount');
  }
  const nowhere = await client(
    t,
    {
      path: 'nowhere',
      auth: { tokenSecretRef: { name: 'secrets', key: 'root' } },
    },
    { root: local.rootToken },
  );
  await rejects(nowhere.read({ key: 'there' }, signal()), 'WrongMount');
});

test('absence that cannot be confirmed is not absence', async (t) => {
  const connected = await client(t);
  await rejects(connected.read({ key: 'nothing' }, signal()), 'NotFound');
  const rows = [
    ['forbidden', 'Denied'],
    ['html-404', 'Malformed'],
    ['throttled', 'Throttled'],
    ['server-error', 'Unavailable'],
    ['garbage', 'Malformed'],
    ['half-body', 'Malformed'],
    ['reset', 'Unavailable'],
  ] as const;
  for (const [fault, code] of rows) {
    proxy.misbehave(/sys\/internal\/ui\/mounts/, fault);
    await rejects(connected.read({ key: 'nothing' }, signal()), code);
    proxy.heal();
  }
});

test('a deleted version is absent, its predecessor is not', async (t) => {
  await write('secret/data/deleted', '{"data":{"a":"one"}}');
  await write('secret/data/deleted', '{"data":{"a":"two"}}');
  await write('secret/data/deleted', '', 'DELETE');
  const connected = await client(t);
  await rejects(connected.read({ key: 'deleted' }, signal()), 'NotFound');
  await rejects(connected.read({ key: 'deleted', version: '2' }, signal()), 'NotFound');
  assert.equal(text((await connected.read({ key: 'deleted', version: '1' }, signal())).value('a')), 'one');
  await rejects(connected.read({ key: 'deleted', version: 'latest' }, signal()), 'Rejected');
});

test("metadata are Vault's own under the custom ones, and missing ones delete nothing", async (t) => {
  await write('secret/data/meta', '{"data":{"a":"b"}}');
  await write('secret/metadata/meta', '{"custom_metadata":{"team":"<blue>","current_version":"custom"}}');
  const connected = await client(t);
  const metadata = await connected.read({ key: 'meta', metadata: true }, signal());
  assert.equal(
    text(metadata.value()),
    '{"created_time":"2024-01-01T00:00:00Z","current_version":"custom","delete_version_after":"0s","team":"\\u003cblue\\u003e"}',
  );
  assert.equal(text(metadata.value('team')), '<blue>');
  // ESO asks for a path that does not exist when the key carries the mount.
  const prefixed = await connected.read({ key: 'secret/data/meta', metadata: true }, signal());
  assert.equal(text(prefixed.value('team')), '<blue>');
  await rejects(connected.read({ key: 'nothing', metadata: true }, signal()), 'Rejected');
  const version1 = await client(t, { path: 'kv', version: 'v1' });
  await rejects(version1.read({ key: 'meta', metadata: true }, signal()), 'Unsupported');
});

test('find names secrets with the path in front, by name or by metadata', async (t) => {
  for (const name of ['find/a', 'find/deep/b', 'find/c', 'other/a']) {
    await write(`secret/data/${name}`, `{"data":{"name":"${name}"}}`);
  }
  await write('secret/metadata/find/a', '{"custom_metadata":{"team":"blue","tier":"1"}}');
  await write('secret/metadata/find/deep/b', '{"custom_metadata":{"team":"blue"}}');
  await write('secret/data/find/c', '', 'DELETE');
  const connected = await client(t);
  const find = async (query: Parameters<NonNullable<SecretsClient['find']>>[0]) =>
    Object.keys(texts(await connected.find!(query, signal())));
  assert.deepEqual(await find({ path: 'find', name: '' }), ['find/a', 'find/deep/b']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'blue' } }), ['find/a', 'find/deep/b']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'blue', tier: '1' } }), ['find/a']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'red' } }), []);
  assert.deepEqual(await find({ name: '^other/', tags: { team: 'red' } }), ['other/a']);
  assert.deepEqual(await find({ path: 'secret/find', name: 'deep' }), ['secret/find/deep/b']);
  await rejects(find({ path: 'nothing', name: '.' }), 'NotFound');
  const version1 = await client(t, { path: 'kv', version: 'v1' });
  await rejects(version1.find!({ tags: {} }, signal()), 'Unsupported');
});

test('without a mount path the key names it, in find too', async (t) => {
  await write('secret/data/free/a', '{"data":{"a":"b"}}');
  const credentials = createCredentials(scope, memoryKube({}, 'a-jwt'));
  const spec: VaultSpec = { server: proxy.url, version: 'v2', auth: login };
  const connected = await connectVault(spec, scope, { credentials, now: Date.now, countCall: () => {} });
  t.after(() => connected.close());
  for (const key of ['secret/free/a', 'secret/data/free/a']) {
    assert.equal(text((await connected.read({ key }, signal())).value('a')), 'b');
  }
  const found = await connected.find!({ path: 'secret/data/free', name: 'a' }, signal());
  assert.deepEqual(texts(found), { 'secret/data/free/a': '{"a":"b"}' });
  await rejects(connected.find!({ name: 'a' }, signal()), 'Rejected');
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
