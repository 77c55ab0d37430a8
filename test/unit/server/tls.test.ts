import assert from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect as connectTls, type Server, type TLSSocket } from 'node:tls';
import { createAuthenticator } from '../../../server/auth.ts';
import { createLogger } from '../../../server/logger.ts';
import { loadCertificate } from '../../../server/tls.ts';
import { createAuthority, type Identity } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { answering, controllerThat, hookApp, syncBody } from '../../support/hook-app.ts';
import { http } from '../../support/http.ts';
import { captureLog } from '../../support/log-capture.ts';
import { tempDir } from '../../support/temp-dir.ts';

const dir = tempDir('tls');
let files = 0;

const authority = createAuthority();
const caPem = authority.certPem;
const token = 'token-0123456789abcdef';

/** Certificate, key and perhaps the clients' CA in new files. */
/** Whole or not at all, as kubelet replaces files: a reader never sees half of one. */
function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

function filesOf(identity: Identity, clientCaPem?: string) {
  const write = (content: string) => {
    const path = join(dir, String(files++));
    writeFileSync(path, content);
    return path;
  };
  const clientCa = clientCaPem === undefined ? {} : { clientCaFile: write(clientCaPem) };
  return { certFile: write(identity.certPem), keyFile: write(identity.keyPem), ...clientCa };
}

/** The application behind TLS on a port of its own, following its files quickly. */
async function start(
  t: TestContext,
  tlsFiles: ReturnType<typeof filesOf>,
  controller = controllerThat(() => answering()),
) {
  const log = captureLog();
  const logger = createLogger('trace', log.stream);
  const certificate = await loadCertificate(tlsFiles);
  const clientCertificates = 'clientCaFile' in tlsFiles ? 'accepted' : 'ignored';
  const tokenFile = join(dir, String(files++));
  writeFileSync(tokenFile, token);
  const auth = await createAuthenticator({
    tokenFiles: [tokenFile],
    clientCertificates,
    log: logger,
    intervalMs: 60_000,
  });
  const { app } = hookApp(controller, { tls: certificate.options, auth });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const server = app.server as unknown as Server;
  const follower = certificate.follow(server, logger, 10);
  t.after(async () => {
    follower.stop();
    auth.stop();
    await app.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `https://127.0.0.1:${port}/hooks/externalsecret/sync`, log, server };
}

const post = (
  url: string,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
  identity?: Identity,
) =>
  http({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(syncBody),
    caPem,
    ...(identity === undefined ? {} : { identity }),
  });

function session(t: TestContext, port: number, options: ConnectionOptions = {}): ClientHttp2Session {
  const client = connectHttp2(`https://127.0.0.1:${port}`, { ca: caPem, ...options });
  client.on('error', () => {});
  t.after(() => client.destroy());
  return client;
}

async function postHttp2(client: ClientHttp2Session, headers: object = { authorization: `Bearer ${token}` }) {
  const body = JSON.stringify(syncBody);
  const stream = client.request({
    ':method': 'POST',
    ':path': '/hooks/externalsecret/sync',
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  stream.end(body);
  const [answer] = await once(stream, 'response');
  return { status: Number(answer[':status']), body: await text(stream) };
}

/** The serial number that a new connection is shown. */
async function servedSerial(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: caPem });
  await once(socket, 'secureConnect');
  const serial = socket.getPeerX509Certificate()?.serialNumber ?? '';
  socket.destroy();
  return serial;
}

describe('over TLS', () => {
  const identity = authority.issue({ commonName: 'hook' });

  test('HTTP/2 and HTTP/1.1 are served', async (t) => {
    const { port, url } = await start(t, filesOf(identity));
    assert.equal((await post(url)).status, 200);
    const client = session(t, port);
    assert.deepEqual(await postHttp2(client), { status: 200, body: '{"status":{},"children":[]}' });
    assert.equal((client.socket as TLSSocket).alpnProtocol, 'h2');
  });

  test('versions before TLS 1.2 are not', async (t) => {
    const { port } = await start(t, filesOf(identity));
    const outdated = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connectTls({ port, host: '127.0.0.1', ca: caPem, ...outdated });
    await assert.rejects(once(socket, 'secureConnect'), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  test("idle connections outlive Go's 90 s, so that the client is the one that closes them", async (t) => {
    const { server } = await start(t, filesOf(identity));
    assert.equal((server as unknown as { keepAliveTimeout: number }).keepAliveTimeout, 95_000);
  });

  test('one HTTP/2 connection carries the calls of all workers, with megabytes of answers', async (t) => {
    const data = { value: Buffer.alloc(700_000, 1).toString('base64') };
    const metadata = { name: 'app', namespace: 'team-a' };
    const children = [{ apiVersion: 'v1', kind: 'Secret', metadata, data }];
    const { port } = await start(
      t,
      filesOf(identity),
      controllerThat(() => answering({ children })),
    );
    const client = session(t, port);
    const answers = await Promise.all(Array.from({ length: 50 }, () => postHttp2(client)));
    const expected = JSON.stringify({ status: {}, children });
    for (const { status, body } of answers) {
      assert.equal(status, 200);
      assert.ok(body === expected, 'the answer is whole');
    }
  });
});

describe('a certificate is replaced without a restart', () => {
  test('new connections get it, the existing ones go on', async (t) => {
    const [first, second] = [
      authority.issue({ commonName: 'first' }),
      authority.issue({ commonName: 'second' }),
    ];
    const tlsFiles = filesOf(first);
    const { port } = await start(t, tlsFiles);
    const client = session(t, port);
    assert.equal((await postHttp2(client)).status, 200);
    const before = await servedSerial(port);
    writeFileSync(tlsFiles.certFile, second.certPem);
    writeFileSync(tlsFiles.keyFile, second.keyPem);
    await eventually(async () => assert.notEqual(await servedSerial(port), before));
    assert.equal((await postHttp2(client)).status, 200);
    assert.equal((await postHttp2(session(t, port))).status, 200);
  });

  test('a half done or broken rotation keeps the old one, and is said once', async (t) => {
    const [first, second] = [
      authority.issue({ commonName: 'first' }),
      authority.issue({ commonName: 'second' }),
    ];
    const tlsFiles = filesOf(first);
    const { port, log } = await start(t, tlsFiles);
    const before = await servedSerial(port);
    const warnings = () => log.records().filter(({ level }) => level === 'warn').length;
    replaceFile(tlsFiles.certFile, second.certPem);
    await eventually(() => assert.equal(warnings(), 1));
    assert.equal(await servedSerial(port), before);
    replaceFile(tlsFiles.keyFile, 'not a key');
    await eventually(() => assert.equal(warnings(), 2));
    assert.equal(await servedSerial(port), before);
    replaceFile(tlsFiles.keyFile, second.keyPem);
    await eventually(async () => assert.notEqual(await servedSerial(port), before));
    assert.equal(warnings(), 2);
  });
});

describe('a start with files that cannot be used is refused', () => {
  const [one, other] = [authority.issue({ commonName: 'one' }), authority.issue({ commonName: 'other' })];
  const cases: readonly [what: string, identity: Identity][] = [
    ['a key of another certificate', { certPem: one.certPem, keyPem: other.keyPem }],
    ['no certificate', { certPem: 'hunter2', keyPem: one.keyPem }],
    ['no key', { certPem: one.certPem, keyPem: 'hunter2' }],
  ];
  for (const [what, identity] of cases)
    test(what, async () => {
      await assert.rejects(
        loadCertificate(filesOf(identity)),
        (error: Error) => !/hunter2|PRIVATE/.test(String(error)),
      );
    });

  test('a file that is not there', async () => {
    await assert.rejects(loadCertificate({ ...filesOf(one), keyFile: join(dir, 'none') }), /cannot be read/);
  });
});

describe('a client certificate', () => {
  const identity = authority.issue({ commonName: 'hook' });
  const clients = createAuthority('clients');
  const caller = clients.issue({ commonName: 'metacontroller' });
  const stranger = createAuthority('others').issue({ commonName: 'metacontroller' });
  const as = ({ certPem, keyPem }: Identity) => ({ cert: certPem, key: keyPem });

  test('of the right authority opens, over both protocols; a token still does', async (t) => {
    const { port, url } = await start(t, filesOf(identity, clients.certPem));
    assert.equal((await post(url, {}, caller)).status, 200);
    assert.equal((await postHttp2(session(t, port, as(caller)), {})).status, 200);
    assert.equal((await post(url)).status, 200);
  });

  test('of another authority, or none, does not', async (t) => {
    const { port, url } = await start(t, filesOf(identity, clients.certPem));
    assert.equal((await post(url, {}, stranger)).status, 401);
    assert.equal((await post(url, {})).status, 401);
    assert.equal((await postHttp2(session(t, port), {})).status, 401);
  });

  test('is judged by another authority once the file names it, without a restart', async (t) => {
    const others = createAuthority('others');
    const files = filesOf(identity, clients.certPem);
    const { url } = await start(t, files);
    const successor = others.issue({ commonName: 'metacontroller' });
    assert.equal((await post(url, {}, successor)).status, 401);
    replaceFile(files.clientCaFile!, `${clients.certPem}\n${others.certPem}`);
    await eventually(async () => assert.equal((await post(url, {}, successor)).status, 200));
    assert.equal((await post(url, {}, caller)).status, 200, 'both, while they overlap');
    replaceFile(files.clientCaFile!, others.certPem);
    await eventually(async () => assert.equal((await post(url, {}, caller)).status, 401));
    assert.equal((await post(url, {}, successor)).status, 200);
  });

  test('is not made up for by resuming a session that had none', async (t) => {
    const { port } = await start(t, filesOf(identity, clients.certPem));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = connectTls({
        port,
        host: '127.0.0.1',
        ca: caPem,
        maxVersion,
        ALPNProtocols: ['http/1.1'],
      });
      const ticket = once(first, 'session');
      first.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
      const [resumable] = await ticket;
      first.destroy();
      const second = connectTls({
        port,
        host: '127.0.0.1',
        ca: caPem,
        maxVersion,
        session: resumable,
        ALPNProtocols: ['http/1.1'],
      });
      await once(second, 'secureConnect');
      assert.equal(second.isSessionReused(), true, 'the session was resumed');
      second.write('GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      assert.match(await text(second), /^HTTP\/1\.1 401 /);
    }
  });
});
