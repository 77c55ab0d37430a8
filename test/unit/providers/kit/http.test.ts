import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import { createHttpClient, type HttpClient, type HttpOptions } from '../../../../providers/kit/http.ts';
import { createAuthority } from '../../../support/certificates.ts';

const authority = createAuthority();
const identity = authority.issue({ commonName: 'server', hosts: ['localhost', '127.0.0.1', 'vault.test'] });
const ends: (() => void)[] = [];
after(() => {
  for (const end of ends) end();
});

async function listen(server: http.Server | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function client(options: HttpOptions = {}): HttpClient {
  const made = createHttpClient({ env: {}, ...options });
  ends.push(() => made.close());
  return made;
}

const serverTls = { cert: identity.certPem, key: identity.keyPem };
const secure = (options: https.ServerOptions, handler: http.RequestListener) =>
  listen(https.createServer(options, handler));

async function rejects(work: Promise<unknown>, code: ProviderErrorCode, backendCode?: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert(error instanceof ProviderError);
    assert.equal(error.code, code);
    if (backendCode !== undefined) assert.equal(error.details.backendCode, backendCode);
    return true;
  });
}

test('method, headers and body go out and status, headers and bytes come back as they are', async () => {
  const port = await listen(
    http.createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      response.writeHead(418, { 'x-method': request.method, 'x-seen': request.headers['x-sent'] as string });
      response.end(Buffer.concat([body, Buffer.from([0, 255, 254])]));
    }),
  );
  const answer = await client().request({
    method: 'POST',
    url: `http://127.0.0.1:${port}/a%20b?c=d`,
    headers: { 'x-sent': 'yes' },
    body: Buffer.from('body'),
  });
  assert.equal(answer.status, 418);
  assert.equal(answer.headers['x-method'], 'POST');
  assert.equal(answer.headers['x-seen'], 'yes');
  assert.deepEqual(Buffer.from(answer.bytes), Buffer.from([...Buffer.from('body'), 0, 255, 254]));
});

test('a list of values is sent as lines of one header', async () => {
  const seen: string[] = [];
  const port = await listen(
    http.createServer(({ rawHeaders }, response) => {
      seen.push(...rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'x-index'));
      response.end();
    }),
  );
  await client().request({
    method: 'GET',
    url: `http://127.0.0.1:${port}/`,
    headers: { 'x-index': ['a', 'b'] },
  });
  assert.deepEqual(seen, ['a', 'b']);
});

test('connections are kept, and one that the server has closed meanwhile is not felt', async () => {
  const sockets: unknown[] = [];
  const server = http.createServer((request, response) => {
    sockets.push(request.socket);
    if (sockets.length % 3 === 2) request.socket.resetAndDestroy();
    else response.end('ok');
  });
  const url = `http://127.0.0.1:${await listen(server)}/`;
  const shared = client();
  await shared.request({ method: 'GET', url });
  const answer = await shared.request({ method: 'GET', url });
  assert.equal(answer.status, 200);
  assert.equal(sockets[0], sockets[1], 'the second request took the kept connection');
  assert.equal(sockets.length, 3, 'and was repeated on a new one');

  await shared.request({ method: 'GET', url });
  await rejects(shared.request({ method: 'POST', url }), 'Unavailable', 'ECONNRESET');
  assert.equal(sockets.length, 5, 'what changes something is not repeated');
});

test('with a CA only that CA is trusted', async () => {
  const port = await secure(serverTls, (_, response) => response.end('hello'));
  const url = `https://localhost:${port}/`;
  const answer = await client({ ca: authority.certPem }).request({ method: 'GET', url });
  assert.equal(Buffer.from(answer.bytes).toString(), 'hello');
  await rejects(client().request({ method: 'GET', url }), 'TlsFailed');
  await rejects(client({ ca: createAuthority().certPem }).request({ method: 'GET', url }), 'TlsFailed');
});

test('a server with another name, an outdated certificate or an old protocol is not trusted', async () => {
  const trusting = client({ ca: authority.certPem });
  const other = authority.issue({ commonName: 'other', hosts: ['other.test'] });
  const old = authority.issue({ commonName: 'old', notAfter: new Date(Date.now() - 1000) });
  const rows: https.ServerOptions[] = [
    { cert: other.certPem, key: other.keyPem },
    { cert: old.certPem, key: old.keyPem },
    { ...serverTls, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  ];
  for (const options of rows) {
    const port = await secure(options, (_, response) => response.end());
    await rejects(trusting.request({ method: 'GET', url: `https://localhost:${port}/` }), 'TlsFailed');
  }
});

test('the client certificate is shown on every connection', async () => {
  const me = authority.issue({ commonName: 'me' });
  const options = { ...serverTls, requestCert: true, rejectUnauthorized: true, ca: authority.certPem };
  const port = await secure(options, (request, response) => {
    response.end((request.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN);
  });
  const url = `https://localhost:${port}/`;
  const mutual = client({ ca: authority.certPem, identity: { cert: me.certPem, key: me.keyPem } });
  assert.equal(Buffer.from((await mutual.request({ method: 'GET', url })).bytes).toString(), 'me');
  await rejects(client({ ca: authority.certPem }).request({ method: 'GET', url }), 'TlsFailed');
  const stranger = authority.issue({ commonName: 'stranger' });
  assert.throws(
    () => createHttpClient({ identity: { cert: me.certPem, key: stranger.keyPem } }),
    (error) => error instanceof ProviderError && error.code === 'Misconfigured',
  );
});

test('a proxy is used for https by CONNECT, and trust is still decided end to end', async () => {
  const port = await secure(serverTls, (request, response) => response.end(`to ${request.headers.host}`));
  const asked: string[] = [];
  const proxy = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('plain through the proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const address = `127.0.0.1:${await listen(proxy)}`;
  const env = { HTTPS_PROXY: `http://user:pass@${address}`, HTTP_PROXY: address };

  const through = client({ ca: authority.certPem, env });
  const answer = await through.request({ method: 'GET', url: 'https://vault.test/x' });
  assert.equal(Buffer.from(answer.bytes).toString(), 'to vault.test');
  assert.deepEqual(asked, ['CONNECT vault.test:443 Basic dXNlcjpwYXNz']);
  await rejects(client({ env }).request({ method: 'GET', url: 'https://vault.test/x' }), 'TlsFailed');
  const plain = await client({ env }).request({ method: 'GET', url: 'http://vault.test/y' });
  assert.equal(Buffer.from(plain.bytes).toString(), 'plain through the proxy');
  assert.equal(asked.at(-1), 'http://vault.test/y');

  const refusing = http.createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 403 No\r\n\r\n'));
  const refused = { HTTPS_PROXY: `http://127.0.0.1:${await listen(refusing)}` };
  await rejects(
    client({ env: refused }).request({ method: 'GET', url: 'https://vault.test/x' }),
    'Unavailable',
    'ERR_PROXY_TUNNEL',
  );
});

test('every way in which a connection fails has its code', async () => {
  const rows: [
    name: string,
    handler: (socket: import('node:net').Socket) => void,
    code: ProviderErrorCode,
  ][] = [
    ['reset before an answer', (socket) => socket.resetAndDestroy(), 'Unavailable'],
    ['closed before an answer', (socket) => socket.end(), 'Unavailable'],
    ['not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'Malformed'],
    ['half a body', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'), 'Malformed'],
    [
      'half a chunked body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
      'Malformed',
    ],
    [
      'bad chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n'),
      'Malformed',
    ],
    [
      'endless headers',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
      'Malformed',
    ],
  ];
  for (const [name, handler, code] of rows) {
    const port = await listen(
      createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => handler(socket));
      }),
    );
    const outcome = client().request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    await rejects(outcome, code).catch((error) => assert.fail(`${name}: ${error.message}`));
  }
  await rejects(
    client().request({ method: 'GET', url: 'http://127.0.0.1:1/' }),
    'Unavailable',
    'ECONNREFUSED',
  );
  await rejects(client().request({ method: 'GET', url: 'http://no-such-host.invalid/' }), 'Unavailable');
});

test('a silent or endless answer ends with the timeout, the signal or the size limit', async () => {
  const port = await listen(
    http.createServer((request, response) => {
      if (request.url === '/silent') return;
      const drip = setInterval(() => response.write('x'.repeat(1000)), 1);
      response.on('close', () => clearInterval(drip));
    }),
  );
  const get = (path: string, limits: object) =>
    client().request({ method: 'GET', url: `http://127.0.0.1:${port}${path}`, ...limits });
  await rejects(get('/silent', { timeoutMs: 20 }), 'Timeout');
  await rejects(get('/endless', { timeoutMs: 20 }), 'Timeout');
  await rejects(get('/silent', { signal: AbortSignal.timeout(20) }), 'Timeout');
  await rejects(get('/silent', { signal: AbortSignal.abort() }), 'Timeout');
  await rejects(get('/endless', { maxBytes: 10_000 }), 'TooLarge');
});

test('what cannot be sent is refused as a matter of configuration', async () => {
  const get = (url: string, headers: Record<string, string> = {}) =>
    client().request({ method: 'GET', url, headers });
  await rejects(get('not a url'), 'Misconfigured');
  await rejects(get('ftp://127.0.0.1/'), 'Misconfigured');
  await rejects(get('http://127.0.0.1/', { 'x-token': 'line\nbreak' }), 'Misconfigured');
  const env = { HTTP_PROXY: 'socks5://127.0.0.1:1' };
  await rejects(client({ env }).request({ method: 'GET', url: 'http://vault.test/' }), 'Misconfigured');
});

test('a closed client ends what is under way', async () => {
  const port = await listen(http.createServer(() => {}));
  const closing = client();
  const running = closing.request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
  setTimeout(() => closing.close(), 20);
  await rejects(running, 'Unavailable');
});

test('a client repeats what may end better, as often as it is told, and nothing that may have taken effect', async () => {
  const rows: [method: string, statuses: number[], answer: number, asked: number][] = [
    ['GET', [500, 503, 429, 412, 200], 200, 5],
    ['GET', [404, 200], 404, 1],
    ['GET', [501, 200], 501, 1],
    ['GET', [502, 502, 502, 502, 502, 502], 502, 5],
    ['POST', [503, 429, 200], 200, 3],
    ['POST', [500, 200], 500, 1],
  ];
  for (const [method, statuses, answer, asked] of rows) {
    let seen = 0;
    const port = await listen(
      http.createServer((_, response) => response.writeHead(statuses[seen++] ?? 200).end()),
    );
    const { request } = client({ retry: { maxRetries: 4, intervalMs: 0 } });
    const { status } = await request({ method, url: `http://127.0.0.1:${port}/` });
    assert.deepEqual([status, seen], [answer, asked], `${method} ${statuses}`);
  }
});

test('a connection that is refused or cut is tried again, unless the request may have taken effect', async () => {
  let connections = 0;
  const port = await listen(
    createServer((socket) => {
      connections++;
      socket.destroy();
    }),
  );
  const { request } = client({ retry: { maxRetries: 2, intervalMs: 0 } });
  await rejects(request({ method: 'GET', url: `http://127.0.0.1:${port}/` }), 'Unavailable');
  assert.equal(connections, 3);
  await rejects(request({ method: 'POST', url: `http://127.0.0.1:${port}/` }), 'Unavailable');
  assert.equal(connections, 4);
});

test('a client that is told nothing asks once', async () => {
  let seen = 0;
  const port = await listen(
    http.createServer((_, response) => {
      seen++;
      response.writeHead(503).end();
    }),
  );
  assert.equal((await client().request({ method: 'GET', url: `http://127.0.0.1:${port}/` })).status, 503);
  assert.equal(seen, 1);
});
