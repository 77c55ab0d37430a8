import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { type HttpCall, http } from '../../support/http.ts';
import { type RecordingProxy, remoteText, startRecordingProxy } from '../../support/recording-proxy.ts';

describe('recording proxy', () => {
  let reached = 0;
  const backend = createServer((request, response) => {
    reached += 1;
    request.pipe(response.writeHead(201, { 'x-backend': 'yes' }));
  });
  let proxy: RecordingProxy;
  const call = (path: string, options: Partial<HttpCall> = {}) => http({ url: proxy.url + path, ...options });

  before(async () => {
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    proxy = await startRecordingProxy(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    reached = 0;
    proxy.heal();
  });
  after(async () => {
    await proxy.close();
    backend.close();
  });

  test('passes requests on unchanged, and keeps what it saw', async () => {
    const body = 'a body with 💥';
    const answer = await call('/v1/a?list=true', {
      method: 'POST',
      headers: { 'X-Vault-Namespace': 'ns' },
      body,
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['x-backend'], 'yes');
    assert.equal(answer.body.toString(), body);
    const seen = proxy.requests.at(-1);
    assert.equal(seen?.path, '/v1/a?list=true');
    assert.equal(seen?.headers['x-vault-namespace'], 'ns');
    assert.equal(seen?.body.toString(), body);
    assert.equal(seen?.status, 201);
    assert.equal(proxy.count(/^POST \/v1\/a/), 1);
    assert.equal(proxy.count(/^GET /), 0);
  });

  for (const [fault, status] of [
    ['forbidden', 403],
    ['html-404', 404],
    ['throttled', 429],
    ['server-error', 500],
    ['garbage', 200],
  ] as const) {
    test(`${fault} answers ${status} in the backend's place`, async () => {
      proxy.misbehave(/^GET /, fault);
      const answer = await call('/');
      assert.equal(answer.status, status);
      assert.match(answer.body.toString(), new RegExp(remoteText));
      assert.equal(reached, 0);
    });
  }

  test('half-body breaks off in the middle of the answer', async () => {
    proxy.misbehave(/./, 'half-body');
    await assert.rejects(call('/', { method: 'POST', body: 'x'.repeat(1000) }), { code: 'ECONNRESET' });
    assert.equal(reached, 1);
  });

  test('reset breaks off before it', async () => {
    proxy.misbehave(/./, 'reset');
    await assert.rejects(call('/'), { code: 'ECONNRESET' });
    assert.equal(reached, 0);
  });

  test('hang answers nothing until the proxy closes', async () => {
    const hanging = await startRecordingProxy(proxy.url);
    hanging.misbehave(/./, 'hang');
    const pending = http({ url: hanging.url });
    const first = await Promise.race([pending, http({ url: proxy.url }).then(() => 'another answer')]);
    assert.equal(first, 'another answer');
    await Promise.all([assert.rejects(pending), hanging.close()]);
  });

  test('a fault hits only what matches, and only as often as it was told', async () => {
    proxy.misbehave(/^GET \/v1\/a/, 'forbidden', 1);
    assert.equal((await call('/v1/b')).status, 201);
    assert.equal((await call('/v1/a')).status, 403);
    assert.equal((await call('/v1/a')).status, 201);
  });
});
