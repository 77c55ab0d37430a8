import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { AzureFault, put } from '../../../fakes/azure-model.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';
import { selfSigned } from './certificates.ts';
import { azure, connect, rejects, signal, text } from './loopback.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
const key = { kty, key_ops: ['sign', 'verify'], crv, x, y };

test('a key names a secret, or a type and a name; what follows says nothing', async (t) => {
  put(azure.vault, 'secrets', 'app', 'one');
  put(azure.vault, 'secrets', 'app', 'two');
  const client = await connect(t);
  const read = async (name: string) => text((await client.read({ key: name }, signal())).value());
  for (const name of ['app', 'secret/app', 'secret/app/whatever']) assert.equal(await read(name), 'two');
  const [first] = azure.vault.get('secrets/app')!;
  assert.equal(text((await client.read({ key: 'app', version: first!.id }, signal())).value()), 'one');
  const before = azure.calls.length;
  for (const name of ['', 'other/app', 'secret/', 'a_b', '../app', 'secret/a b', 'x'.repeat(128)])
    await rejects(client.read({ key: name }, signal()), 'Rejected');
  await rejects(client.read({ key: 'app', version: '../1' }, signal()), 'Rejected');
  assert.equal(azure.calls.length, before);
});

test('a key is its public part as a JSON Web Key, of which properties can be read', async (t) => {
  const id = put(azure.vault, 'keys', 'signing', key);
  const secret = await (await connect(t)).read({ key: 'key/signing' }, signal());
  const kid = `https://team.vault.azure.net/keys/signing/${id}`;
  assert.equal(text(secret.value()), JSON.stringify({ kid, ...key }));
  assert.equal(text(secret.value('x')), x);
  assert.throws(() => secret.map(), { code: 'Unsupported' });
});

test('a certificate is DER to the byte, with or without a property, of the latest or a named version', async (t) => {
  const [old, current] = [selfSigned('old'), selfSigned('current')];
  const version = put(azure.vault, 'certificates', 'tls', old.der.toString('base64'));
  put(azure.vault, 'certificates', 'tls', current.der.toString('base64'));
  const client = await connect(t);
  const latest = await client.read({ key: 'cert/tls' }, signal());
  assert(current.der.equals(latest.value()));
  assert(current.der.equals(latest.value('whatever')));
  assert(old.der.equals((await client.read({ key: 'cert/tls', version }, signal())).value()));
  assert.throws(() => latest.map(), { code: 'Unsupported' });
});

test('only what Key Vault itself says of the object is an absence', async (t) => {
  const client = await connect(t);
  for (const name of ['none', 'key/none', 'cert/none'])
    await rejects(client.read({ key: name }, signal()), 'NotFound');
  for (const code of ['VaultNotFound', 'ResourceNotFound']) {
    azure.fail(/none/, new AzureFault(404, code));
    await rejects(client.read({ key: 'none' }, signal()), 'Rejected');
    azure.heal();
  }
});

test('a disabled secret is denied and says why', async (t) => {
  put(azure.vault, 'secrets', 'disabled', 'v', { attributes: { enabled: false } });
  const error = await rejects((await connect(t)).read({ key: 'disabled' }, signal()), 'Denied');
  assert.equal(error.details.backendCode, 'SecretDisabled');
});

test("a firewall in front of the vault makes the store say so; that nobody's secret may not be read does not", async (t) => {
  const client = await connect(t);
  azure.fail(/^GET \/secrets/, new AzureFault(403, 'Forbidden', 'ForbiddenByRbac'));
  assert.equal(await client.check(signal()), 'ready');
  azure.fail(/^GET \/secrets/, new AzureFault(403, 'Forbidden', 'ForbiddenByFirewall'));
  await rejects(client.check(signal()), 'Denied');
  azure.heal();
});

test('one attempt is made, counted by the name of the operation', async (t) => {
  put(azure.vault, 'secrets', 'app', 'v');
  const counted: string[] = [];
  const client = await connect(t, undefined, undefined, undefined, {
    countCall: (call, outcome) => counted.push(`${call} ${outcome}`),
  });
  await client.read({ key: 'app' }, signal());
  azure.fail(/^GET \/secrets/, new AzureFault(503, 'ServiceUnavailable'));
  const before = azure.calls.length;
  await rejects(client.read({ key: 'app' }, signal()), 'Unavailable');
  assert.equal(azure.calls.length, before + 1);
  azure.fail(/^GET \/secrets/, new AzureFault(429, 'Throttled'));
  assert.equal((await rejects(client.read({ key: 'app' }, signal()), 'Throttled')).details.retryAfter, 7);
  azure.heal();
  await rejects(client.read({ key: 'none' }, signal()), 'NotFound');
  assert.deepEqual(counted, ['GetSecret success', 'GetSecret error', 'GetSecret error', 'GetSecret success']);
});

test('the largest value of Key Vault arrives whole', async (t) => {
  put(azure.vault, 'secrets', 'large', 'ü'.repeat(12_800));
  const { size } = await (await connect(t)).read({ key: 'large' }, signal());
  assert.equal(size, 25_600);
});

test('an answer that is not made as Key Vault makes it is neither a value, nor an absence, nor an empty list', async (t) => {
  let body = '';
  const server = createServer((request, response) => {
    const isLogin = request.url?.includes('/oauth2/');
    response.writeHead(200).end(isLogin ? '{"access_token":"x","expires_in":3600}' : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  process.env.AZURE_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await connect(t).finally(() => {
    process.env.AZURE_ENDPOINT_URL = azure.url;
  });
  const bodies = ['', 'null', '[]', '"x"', '<html>', '{}', '{"value":null}', '{"value":5,"id":"x"}'];
  for (body of bodies) {
    for (const name of ['x', 'key/x', 'cert/x'])
      await rejects(client.read({ key: name }, signal()), 'Malformed');
    await rejects(client.find!({ name: '.' }, signal()), 'Malformed');
  }
});

test('the vault does not send the token elsewhere: the link of a page has to be its own', async (t) => {
  for (let index = 0; index < 30; index++) put(azure.vault, 'secrets', `page-${index}`, 'v');
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const nextLink = 'https://evil.example/secrets?page=2';
    if (request.headers.authorization === undefined) {
      const challenge =
        'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"';
      const isLogin = request.url?.includes('/oauth2/');
      if (isLogin) return void response.writeHead(200).end('{"access_token":"x","expires_in":3600}');
      return void response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ value: [], nextLink }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  process.env.AZURE_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await connect(t).finally(() => {
    process.env.AZURE_ENDPOINT_URL = azure.url;
  });
  await rejects(client.find!({ name: '.' }, signal()), 'Malformed');
  assert.equal(seen.filter((authorization) => authorization !== undefined).length, 1);
});

test('each read heeds its own signal', async (t) => {
  put(azure.vault, 'secrets', 'app', 'v');
  const proxy = await startRecordingProxy(azure.url);
  t.after(() => proxy.close());
  process.env.AZURE_ENDPOINT_URL = proxy.url;
  const client = await connect(t).finally(() => {
    process.env.AZURE_ENDPOINT_URL = azure.url;
  });
  await client.check(signal());
  proxy.misbehave(/app/, 'hang', 1);
  const given = new AbortController();
  const hanging = client.read({ key: 'app' }, given.signal);
  while (proxy.count(/app/) === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(text((await client.read({ key: 'app' }, signal())).value()), 'v');
  given.abort();
  await rejects(hanging, 'Timeout');
});
