import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompositeController } from '../../../composite-controllers/controller.ts';
import type { Ports } from '../../../server/compose.ts';
import { readServeConfig, type ServeConfig } from '../../../server/config.ts';
import { bodyOf } from '../../../server/errors.ts';
import { createLogger } from '../../../server/logger.ts';
import { serve } from '../../../server/serve.ts';
import { canaries } from '../../support/canaries.ts';
import { createAuthority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { answering, controllerThat, parent, syncBody } from '../../support/hook-app.ts';
import { http } from '../../support/http.ts';
import { captureLog } from '../../support/log-capture.ts';
import { tempDir } from '../../support/temp-dir.ts';

const root = tempDir('serve');
let dirs = 0;
const token = 'token-0123456789abcdef';
const authority = createAuthority();
const caPem = authority.certPem;
const identity = authority.issue({ commonName: 'hook' });

/** A Kubernetes API that takes whatever it is given, and a kubeconfig for it. */
async function kubernetes(t: TestContext) {
  const written: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method !== 'GET') written.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body || '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const kubeconfig = JSON.stringify({
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } },
    ],
    users: [{ name: 'u', user: { token: 'kube' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  return { written, kubeconfig };
}

interface Started {
  readonly config?: Partial<ServeConfig>;
  readonly controller?: (ports: Ports) => CompositeController;
}

/** A serving process on ports of its own, and what it leaves behind. */
async function start(
  t: TestContext,
  { config = {}, controller = () => controllerThat(() => answering()) }: Started,
) {
  const dir = join(root, String(dirs++));
  mkdirSync(dir);
  const file = (name: string, content: string) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const { written, kubeconfig } = await kubernetes(t);
  const flags = {
    host: '127.0.0.1',
    port: '0',
    'token-file': file('token', token),
    'tls-cert-file': file('tls.crt', identity.certPem),
    'tls-key-file': file('tls.key', identity.keyPem),
    kubeconfig: file('kubeconfig', kubeconfig),
    'shutdown-delay': '0s',
  };
  const log = captureLog();
  const ended: string[] = [];
  const backends = { close: async () => void ended.push('backends closed') };
  const running = await serve(
    { ...readServeConfig(flags, {}), ...config },
    createLogger('trace', log.stream),
    (ports) => ({ controllers: [controller(ports)], backends }),
  ).catch((error: unknown) => {
    throw Object.assign(error as Error, { ended });
  });
  t.after(running.close);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${running.url}/hooks/externalsecret/sync`;
  const post = (body: string, extra: Record<string, string> = {}) =>
    http({ url, method: 'POST', headers: { ...headers, ...extra }, body, caPem });
  return { running, log, written, ended, post, headers, url };
}

const body = JSON.stringify(syncBody);

test('it serves hooks, probes and metrics, with the token where one is needed', async (t) => {
  const { running, post, headers } = await start(t, { config: { metricsPort: 0 } });
  assert.equal((await post(body)).status, 200);
  assert.equal((await post(body, { authorization: '' })).status, 401);
  assert.equal((await http({ url: `${running.url}/readyz`, caPem })).status, 200);
  assert.equal((await http({ url: `${running.url}/metrics`, caPem })).status, 401);
  const own = await http({ url: `${running.url}/metrics`, caPem, headers });
  const open = await http({ url: running.metricsUrl ?? '' });
  for (const { status, body } of [own, open]) {
    assert.equal(status, 200);
    assert.match(String(body), /^externalsecret_sync_calls_total\{name="app",namespace="team-a"\} 1$/m);
    assert.match(String(body), /^process_cpu_seconds_total /m);
  }
  for (const path of ['/', '/hooks/externalsecret/sync', '/metrics/x'])
    assert.equal((await http({ url: new URL(path, running.metricsUrl).href })).status, 404);
});

test('bytes that are no HTTP are answered with a constant', async (t) => {
  const { running } = await start(t, { config: { tls: undefined } as never });
  const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
  socket.write('hunter2 hunter2\r\n\r\n');
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.ok(answer.endsWith(`\r\n\r\n${bodyOf('BadRequest')}`));
});

describe('stopping under load loses no answer', () => {
  /** 50 callers, each with one call after the other until it is sent elsewhere; the number of answers. */
  async function load(
    call: () => Promise<'answered' | 'answered, the last' | 'refused'>,
    close: () => Promise<void>,
  ) {
    let answers = 0;
    const caller = async () => {
      for (;;) {
        const result = await call();
        if (result !== 'refused') answers += 1;
        if (result !== 'answered') return;
      }
    };
    const callers = Promise.all(Array.from({ length: 50 }, caller));
    await eventually(() => assert.ok(answers > 200));
    await close();
    await callers;
    return answers;
  }

  /** A controller that takes its time, and how many calls it got. */
  function slow() {
    const calls = { count: 0 };
    const controller = () =>
      controllerThat(async () => {
        calls.count += 1;
        await sleep(20);
        return answering();
      });
    return { controller, calls };
  }

  test('over HTTP/2: what is not answered was never begun', async (t) => {
    const { controller, calls } = slow();
    const { running, url, headers } = await start(t, { controller });
    const session: ClientHttp2Session = connectHttp2(running.url, { ca: caPem });
    t.after(() => session.destroy());
    const call = async () => {
      if (session.closed || session.destroyed) return 'refused';
      const path = new URL(url).pathname;
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-length': body.length,
        ...headers,
      });
      stream.end(body);
      try {
        const [answer] = await once(stream, 'response');
        assert.equal(answer[':status'], 200);
        assert.equal(await text(stream), '{"status":{},"children":[]}');
        return 'answered';
      } catch (error) {
        // Sent while the server's GOAWAY was on its way: Go's client repeats such a call on another connection.
        if (/NGHTTP2_REFUSED_STREAM/.test(String(error))) return 'refused';
        throw error;
      }
    };
    const answers = await load(call, running.close);
    assert.equal(answers, calls.count);
  });

  test('over HTTP/1.1: each answer sends its caller elsewhere', async (t) => {
    const { controller, calls } = slow();
    const { running, url, headers } = await start(t, { controller, config: { shutdownDelayMs: 1_000 } });
    const agent = new HttpsAgent({ keepAlive: true, ca: caPem });
    t.after(() => agent.destroy());
    const call = async () => {
      const request = httpsRequest(url, { method: 'POST', agent, headers });
      request.end(body);
      const [response] = await once(request, 'response');
      assert.equal(response.statusCode, 200);
      assert.equal(await text(response), '{"status":{},"children":[]}');
      return response.headers.connection === 'close' ? 'answered, the last' : 'answered';
    };
    const answers = await load(call, running.close);
    assert.equal(answers, calls.count);
  });
});

test('it stops in order: not ready, calls answered, events written, backends closed', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const controller = ({ events }: Ports) =>
    controllerThat(async () => {
      arrive();
      await released;
      events.record(parent, 'Normal', 'Updated', 'secret updated');
      events.record(parent, 'Normal', 'Other', 'as well');
      return answering();
    });
  const { running, written, ended, post } = await start(t, {
    controller,
    config: { shutdownDelayMs: 1_000 },
  });
  const call = post(body);
  await arrived;
  const closed = running.close();
  const readiness = await http({ url: `${running.url}/readyz`, caPem });
  assert.equal(readiness.status, 503);
  assert.deepEqual(ended, []);
  release();
  assert.equal((await call).status, 200);
  await closed;
  assert.deepEqual(
    written.map((event) => JSON.parse(event).reason),
    ['Updated', 'Other'],
  );
  assert.deepEqual(ended, ['backends closed']);
  await assert.rejects(http({ url: `${running.url}/livez`, caPem }), { code: 'ECONNREFUSED' });
  await running.close();
  assert.deepEqual(ended, ['backends closed'], 'a second close does nothing');
});

test('a caller that leaves tells its controller', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
  const controller = () =>
    controllerThat((_, { signal }) => {
      signal.addEventListener('abort', () => abort());
      arrive();
      return new Promise(() => {});
    });
  const { url, headers } = await start(t, { controller });
  const request = httpsRequest(url, { method: 'POST', agent: new HttpsAgent({ ca: caPem }), headers });
  request.on('error', () => {});
  request.end(body);
  await arrived;
  request.destroy();
  await aborted;
});

test('a caller that leaves in the middle of its request is no failure, and its bytes are free again', async (t) => {
  const { running, log, headers } = await start(t, { config: { tls: undefined } as never });
  const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
  const head = ['POST /hooks/externalsecret/sync HTTP/1.1', 'host: x', 'content-length: 1000'];
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`${[...head, ...lines].join('\r\n')}\r\n\r\n{"parent":`);
  const inFlight = async (bytes: number) => {
    const { body } = await http({ url: `${running.url}/metrics`, headers });
    assert.match(String(body), new RegExp(`^keyhook_bytes_in_flight ${bytes}$`, 'm'));
  };
  await eventually(() => inFlight(1_000));
  socket.destroy();
  await eventually(() => inFlight(0));
  assert.deepEqual(
    log.records().filter(({ level }) => level === 'error'),
    [],
  );
});

describe('a start that fails leaves nothing running, and says why without a value', () => {
  test('a port that is taken', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    for (const config of [{ port }, { metricsPort: port }])
      await assert.rejects(start(t, { config }), (error: Error & { ended: string[] }) => {
        assert.match(error.message, /EADDRINUSE/);
        assert.deepEqual(error.ended, ['backends closed']);
        return true;
      });
  });

  const missing: readonly [what: string, config: Partial<ServeConfig>][] = [
    ['no kubeconfig', { kubeconfig: join(root, 'none') }],
    ['no token', { tokenFiles: [join(root, 'none')] }],
    ['no certificate', { tls: { certFile: join(root, 'none'), keyFile: join(root, 'none') } }],
  ];
  for (const [what, config] of missing)
    test(what, async (t) => {
      await assert.rejects(start(t, { config }), /cannot be read/);
    });
});

test('no value, token or foreign text is in a log at its finest level, a metric, an event or a refusal', async (t) => {
  const { marker, watch, assertNoCanary } = canaries();
  const value = marker();
  const data = { password: Buffer.from(value).toString('base64'), [marker()]: 'eA==' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app', namespace: 'team-a' }, data };
  const outcomes = [
    () => answering({ children: [secret] }),
    () => answering({ status: { note: value } }),
    () => {
      throw Object.assign(new Error(value), { code: value, cause: new Error(value), body: value });
    },
    () => {
      throw value;
    },
    () => answering({ children: [{ ...secret, kind: '' }] }),
    () => Promise.reject(new AggregateError([new Error(value)], value)),
  ];
  let turn = 0;
  const controller = ({ events }: Ports) =>
    controllerThat(() => {
      events.record(parent, 'Warning', 'UpdateFailed', 'the backend refused access');
      return outcomes[turn++ % outcomes.length]?.() ?? answering();
    });
  const { running, log, written, post, headers } = await start(t, { controller });
  watch(token);

  const observed = {
    ...syncBody,
    parent: { ...parent, spec: { password: value } },
    children: { 'Secret.v1': { 'team-a/app': secret } },
    related: { 'Secret.v1': { [`team-a/${value}`]: secret } },
  };
  const full = JSON.stringify(observed);
  const refusals: string[] = [];
  for (let index = 0; index < outcomes.length; index += 1) {
    const { status, body } = await post(full);
    if (status !== 200) refusals.push(String(body));
  }
  for (const [body, extra] of [
    [full.slice(0, -1), {}],
    [JSON.stringify({ ...observed, [value]: value }), {}],
    [full, { authorization: `Bearer ${value}` }],
    [full, { 'content-type': `text/${value}` }],
    [full, { 'x-header': value, cookie: value, 'content-type': 'text/plain' }],
    [`"${value.repeat(1_100_000)}"`, {}],
  ] as const)
    refusals.push(String((await post(body, extra)).body));
  for (const path of [
    `/${value}`,
    `/hooks/${value}/sync`,
    `/hooks/externalsecret/${value}?x=${value}`,
    `/%ff${value}`,
  ]) {
    const answer = await http({ url: running.url + path, method: 'POST', headers, body: full, caPem });
    assert.notEqual(answer.status, 200);
    refusals.push(String(answer.body), JSON.stringify(answer.headers));
  }
  const metrics = await http({ url: `${running.url}/metrics`, caPem, headers });
  await running.close();

  assert.equal(refusals.length, 4 + 6 + 2 * 4);
  assert.ok(log.records().length > 10 && written.length > 0, 'there was something to leak into');
  assertNoCanary(log.text(), String(metrics.body), written.join('\n'), refusals.join('\n'));
});
