import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import type { WatchEvent } from '../../../server/kube-api.ts';
import { secrets } from '../../../server/kube-verbs.ts';
import {
  connectKube,
  failsWith,
  type Handler,
  json,
  newKubePath,
  secret,
} from '../../support/kube-server.ts';

test('calls share connections', async (t) => {
  const ports = new Set<number | undefined>();
  const { api } = await connectKube(t, (request, response) => {
    ports.add(request.socket.remotePort);
    json(200, secret)(request, response, 0);
  });
  for (let index = 0; index < 20; index += 1) await api.get(secrets, 'team-a', 'app');
  assert.equal(ports.size, 1);
});

test('integers of 64 bits keep their digits, in both directions', async (t) => {
  const object = '{"metadata":{"name":"app","namespace":"team-a"},"spec":{"n":9007199254740993}}';
  const { api, seen } = await connectKube(t, (_, response) => void response.end(object));
  const got = await api.get(secrets, 'team-a', 'app');
  assert.deepEqual(got.spec, { n: 9007199254740993n });
  await api.apply(secrets, got, { fieldManager: 'm', force: true });
  assert.match(seen[1]?.body ?? '', /"n":9007199254740993\}/);
});

describe('failures are a status and a reason', () => {
  test('of the API server, with its message kept apart', async (t) => {
    const { api } = await connectKube(
      t,
      json(409, { kind: 'Status', reason: 'Conflict', message: 'modified' }),
    );
    const error = await api.get(secrets, 'team-a', 'app').catch((error: unknown) => error);
    assert.ok(failsWith(409, 'Conflict')(error));
    assert.equal((error as Error).message, 'modified');
  });

  const answers: readonly [what: string, handler: Handler, status: number, reason: string][] = [
    [
      'a proxy that answers HTML',
      (_, response) => void response.writeHead(502).end('<html>'),
      502,
      'Unknown',
    ],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/' }).end(), 302, 'Unknown'],
    [
      'a success that is no JSON',
      (_, response) => void response.writeHead(200).end('<html>'),
      0,
      'Malformed',
    ],
    ['a Status of another shape', json(500, { reason: 7 }), 500, 'Unknown'],
    ['a connection that breaks', (request) => void request.socket.destroy(), 0, 'ECONNRESET'],
  ];
  for (const [what, handler, status, reason] of answers) {
    test(what, async (t) => {
      const { api } = await connectKube(t, handler);
      await assert.rejects(api.create(secrets, secret), failsWith(status, reason));
    });
  }

  test('a server that is not there', async (t) => {
    const { api, server } = await connectKube(t, json(200, {}));
    server.close();
    await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(0, 'ECONNREFUSED'));
  });
});

describe('what passes by itself is tried again', () => {
  test('a server that asks to wait', async (t) => {
    const later: Handler = (_, response) => void response.writeHead(429, { 'retry-after': '0' }).end('{}');
    const { api, seen } = await connectKube(t, (request, response, count) =>
      (count < 3 ? later : json(200, secret))(request, response, count),
    );
    assert.deepEqual(await api.get(secrets, 'team-a', 'app'), secret);
    assert.equal(seen.length, 3);
  });

  test('but not for ever, nor when the wait is long', async (t) => {
    for (const [retryAfter, calls] of [
      ['0', 4],
      ['60', 1],
    ] as const) {
      const { api, seen } = await connectKube(
        t,
        (_, response) => void response.writeHead(429, { 'retry-after': retryAfter }).end('{}'),
      );
      await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(429, 'Unknown'));
      assert.equal(seen.length, calls);
    }
  });

  test('a read on a connection that was just closed, and never a write', async (t) => {
    const { api, seen } = await connectKube(t, (request, response, count) =>
      count === 2 || count === 5 ? request.socket.destroy() : json(200, secret)(request, response, count),
    );
    await api.get(secrets, 'team-a', 'app');
    await api.get(secrets, 'team-a', 'app');
    assert.equal(seen.length, 3);
    await api.get(secrets, 'team-a', 'app');
    await assert.rejects(api.create(secrets, secret), failsWith(0, 'ECONNRESET'));
    assert.equal(seen.length, 5);
  });

  test('a token that was replaced: it is read again when the old one is refused', async (t) => {
    const tokenFile = newKubePath();
    writeFileSync(tokenFile, 'old');
    const user = { 'auth-provider': { name: 'file', config: { tokenFile } } };
    const { api, seen } = await connectKube(
      t,
      (request, response, count) =>
        json(request.headers.authorization === 'Bearer new' ? 200 : 401, secret)(request, response, count),
      user,
    );
    await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(401, 'Unknown'));
    writeFileSync(tokenFile, 'new');
    assert.deepEqual(await api.get(secrets, 'team-a', 'app'), secret);
    assert.equal(seen.at(-1)?.headers.authorization, 'Bearer new');
  });
});

describe('a watch', () => {
  const added = (name: string) =>
    JSON.stringify({ type: 'ADDED', object: { ...secret, metadata: { name } } });

  /** Watches until the server ends the stream, or the test aborts. */
  async function watch(t: TestContext, handler: Handler, signal = new AbortController().signal) {
    const events: WatchEvent[] = [];
    const { api, seen } = await connectKube(t, handler);
    const options = { namespace: 'team-a', labelSelector: 'a=b', resourceVersion: '5' };
    const ended = api.watch(secrets, options, (event) => events.push(event), signal);
    return { ended, events, seen };
  }

  test('hands over events in order, however the stream is cut, and resolves at its end', async (t) => {
    const line = added('ü');
    const { ended, events, seen } = await watch(t, (_, response) => {
      const bytes = Buffer.from(`${line}\n${added('b')}\n`);
      const middle = bytes.indexOf('ü') + 1;
      response.write(bytes.subarray(0, middle));
      setTimeout(() => response.end(bytes.subarray(middle)), 50);
    });
    await ended;
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.name]),
      [
        ['ADDED', 'ü'],
        ['ADDED', 'b'],
      ],
    );
    assert.equal(
      seen[0]?.url,
      '/prefix/api/v1/namespaces/team-a/secrets?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true&resourceVersion=5',
    );
  });

  test('resolves when it is aborted', async (t) => {
    const controller = new AbortController();
    const { ended, events } = await watch(
      t,
      (_, response) => {
        response.write(`${added('a')}\n`);
        setImmediate(() => controller.abort());
      },
      controller.signal,
    );
    await ended;
    assert.ok(events.length <= 1);
  });

  test('rejects with 410 when its version is too old, said at once or later', async (t) => {
    const expired = { kind: 'Status', code: 410, reason: 'Expired' };
    const atOnce = await watch(t, json(410, expired));
    await assert.rejects(atOnce.ended, failsWith(410, 'Expired'));
    const later = await watch(
      t,
      (_, response) => void response.end(`${JSON.stringify({ type: 'ERROR', object: expired })}\n`),
    );
    await assert.rejects(later.ended, failsWith(410, 'Expired'));
  });

  test('rejects when the connection breaks', async (t) => {
    const { ended } = await watch(t, (request, response) => {
      response.write(`${added('a')}\n`);
      setImmediate(() => request.socket.destroy());
    });
    await assert.rejects(ended, failsWith(0, 'ECONNRESET'));
  });
});
