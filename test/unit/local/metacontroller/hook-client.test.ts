import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import http, { type RequestListener } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { WebhookConfig } from '../../../../local/metacontroller/config.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { TooManyRequests } from '../../../../local/metacontroller/errors.ts';
import { createHook, retryAfterSeconds } from '../../../../local/metacontroller/hook-client.ts';
import { home } from '../../../golden/metacontroller/case.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { startWorld } from './world.ts';

const authority = createAuthority();
const { certPem: cert, keyPem: key } = authority.issue({ commonName: 'hook' });
const never = new AbortController().signal;

interface Closing {
  close(): unknown;
  closeAllConnections?(): void;
}

/** Starts a server for the time of a test and returns its URL. */
async function listen(
  t: TestContext,
  server: http.Server | http2.Http2SecureServer | https.Server,
  scheme: string,
) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    (server as Closing).closeAllConnections?.();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/sync`;
}

async function hookAt(t: TestContext, config: Partial<WebhookConfig> & { url: string }) {
  const world = await startWorld();
  const hook = await createHook({ hook: 'sync', timeoutMs: 1000, ...config }, world.api, world.clock);
  t.after(() => hook.close());
  return { ...hook, clock: world.clock };
}

const echo: RequestListener = async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method, url, headers, httpVersion } = request;
  response.end(
    JSON.stringify({
      method,
      url,
      body,
      type: headers['content-type'],
      auth: headers.authorization,
      httpVersion,
    }),
  );
};

test('posts JSON over plain HTTP', async (t) => {
  const hook = await hookAt(t, { url: await listen(t, http.createServer(echo), 'http') });
  assert.deepEqual(JSON.parse(await hook.call({ a: 'é' }, never)), {
    method: 'POST',
    url: '/sync',
    body: '{"a":"é"}',
    type: 'application/json',
    httpVersion: '1.1',
  });
});

test('speaks HTTP/2 under TLS when the server offers it, on one connection', async (t) => {
  const server = http2.createSecureServer({ cert, key }, echo as never);
  let sessions = 0;
  server.on('session', () => {
    sessions++;
  });
  const url = await listen(t, server, 'https');
  const hook = await hookAt(t, { url, ca: { from: 'inline', pem: authority.certPem } });
  const replies = await Promise.all([hook.call({ n: 1 }, never), hook.call({ n: 2 }, never)]);
  assert.deepEqual(
    replies.map((reply) => JSON.parse(reply)).map(({ body, httpVersion }) => [body, httpVersion]),
    [
      ['{"n":1}', '2.0'],
      ['{"n":2}', '2.0'],
    ],
  );
  assert.equal(sessions, 1);
});

test('speaks HTTP/1.1 under TLS when the server offers nothing else', async (t) => {
  const url = await listen(t, https.createServer({ cert, key }, echo), 'https');
  const hook = await hookAt(t, { url, ca: { from: 'inline', pem: authority.certPem } });
  assert.equal(JSON.parse(await hook.call({}, never)).httpVersion, '1.1');
});

test('a server whose certificate no known authority signed is not spoken to', async (t) => {
  let requests = 0;
  const url = await listen(
    t,
    https.createServer({ cert, key }, () => requests++),
    'https',
  );
  const hook = await hookAt(t, { url, ca: { from: 'inline', pem: createAuthority().certPem } });
  await assert.rejects(hook.call({}, never), /^Error: http error: Post "https:/);
  assert.equal(requests, 0);
});

test('the bearer token comes out of its Secret, trimmed', async (t) => {
  const { api, clock } = await startWorld();
  const token = Buffer.from(' t0ken\n').toString('base64');
  await api.create(secretType, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'auth', namespace: home },
    data: { token },
  });
  const url = await listen(t, http.createServer(echo), 'http');
  const bearer = { name: 'auth', namespace: home, key: 'token' };
  const hook = await createHook({ hook: 'sync', url, timeoutMs: 1000, bearer }, api, clock);
  t.after(() => hook.close());
  assert.equal(JSON.parse(await hook.call({}, never)).auth, 'Bearer t0ken');
});

test('credentials that are not there are named when the hook is made', async () => {
  const { api, clock } = await startWorld();
  const config = { hook: 'sync', url: 'http://hook/sync', timeoutMs: 1000 } as const;
  const ref = { name: 'auth', namespace: home, key: 'token' };
  await assert.rejects(createHook({ ...config, bearer: ref }, api, clock), {
    message: `can't resolve endpoint config for sync hook: can't resolve authorization: can't get authorization secret ${home}/auth: secrets "auth" not found`,
  });
  await api.create(secretType, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'auth', namespace: home },
  });
  await assert.rejects(createHook({ ...config, ca: { from: 'secret', ref } }, api, clock), {
    message: `can't resolve endpoint config for sync hook: can't resolve caBundle: caBundle: key "token" not found in Secret ${home}/auth`,
  });
});

test('a redirect and a bad status say so', async (t) => {
  const server = http.createServer((_, response) => response.writeHead(302, { location: '/' }).end());
  const url = await listen(t, server, 'http');
  const hook = await hookAt(t, { url });
  const message = `http error: Post "${url}": the stand-in does not follow redirects`;
  await assert.rejects(hook.call({}, never), { message });
  server.removeAllListeners('request').on('request', (_, response) => response.writeHead(503).end('down'));
  await assert.rejects(hook.call({}, never), { message: 'unsupported status code: 503 body: down' });
});

test('a connection that is refused says so as Go does', async (t) => {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/sync`;
  const hook = await hookAt(t, { url });
  await assert.rejects(hook.call({}, never), {
    message: `http error: Post "${url}": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  });
});

test('the timeout covers the wait for the answer', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const url = await listen(
    t,
    http.createServer(() => arrived.resolve()),
    'http',
  );
  const hook = await hookAt(t, { url });
  const call = hook.call({}, never);
  await arrived.promise;
  hook.clock.advance(1000);
  await assert.rejects(call, {
    message: `http error: Post "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  });
});

const bodyTimeout = {
  message:
    "can't read response body: context deadline exceeded (Client.Timeout or context cancellation while reading body)",
};

test('the timeout covers the body of the answer, too', async (t) => {
  const server = http.createServer((_, response) => void response.write('{"child'));
  const hook = await hookAt(t, { url: await listen(t, server, 'http') });
  const headArrived = new Promise((resolve) => subscribe('http.client.response.finish', resolve));
  const call = hook.call({}, never);
  await headArrived;
  hook.clock.advance(1000);
  await assert.rejects(call, bodyTimeout);
});

test('the timeout covers the body of an HTTP/2 answer, too', async (t) => {
  let requests = 0;
  const server = http2.createSecureServer({ cert, key }, (_, response) => {
    requests++;
    if (requests === 1) response.write('{"child');
    else response.end('{}');
  });
  const url = await listen(t, server, 'https');
  const hook = await hookAt(t, { url, ca: { from: 'inline', pem: authority.certPem } });
  const call = hook.call({}, never);
  await hook.call({}, never); // Its answer follows the head of the first on the same connection.
  hook.clock.advance(1000);
  await assert.rejects(call, bodyTimeout);
});

test('a call that is aborted says so', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const url = await listen(
    t,
    http.createServer(() => arrived.resolve()),
    'http',
  );
  const hook = await hookAt(t, { url });
  const abort = new AbortController();
  const call = hook.call({}, abort.signal);
  await arrived.promise;
  abort.abort();
  await assert.rejects(call, { message: `http error: Post "${url}": context canceled` });
});

test('429 is an order to come again', async (t) => {
  const server = http.createServer((_, response) =>
    response.writeHead(429, { 'retry-after': '7' }).end('busy'),
  );
  const hook = await hookAt(t, { url: await listen(t, server, 'http') });
  await assert.rejects(
    hook.call({}, never),
    (error) => error instanceof TooManyRequests && error.afterSeconds === 7,
  );
});

for (const [header, seconds] of [
  ['2', 2],
  ['Thu, 01 Jan 2026 00:00:03 GMT', 3],
  ['Wed, 31 Dec 2025 23:59:00 GMT', -60],
  ['1.5', 0],
  ['soon', 0],
  [undefined, 0],
] as const) {
  test(`Retry-After ${header} is ${seconds} s`, () => {
    assert.equal(retryAfterSeconds(header, Date.parse('2026-01-01T00:00:00Z')), seconds);
  });
}
