import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { Ports } from '../../../server/compose.ts';
import type { ServeConfig } from '../../../server/config.ts';
import { bodyOf } from '../../../server/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { answering, controllerThat, parent } from '../../support/hook-app.ts';
import { http } from '../../support/http.ts';
import { callBody, caPem, startServing } from '../../support/serving.ts';
import { tempDir } from '../../support/temp-dir.ts';

const root = tempDir('serve');

test('it serves hooks, probes and metrics, with the token where one is needed', async (t) => {
  const { running, post, headers } = await startServing(t, { config: { metricsPort: 0 } });
  assert.equal((await post(callBody)).status, 200);
  assert.equal((await post(callBody, { authorization: '' })).status, 401);
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

test('without a host it is reached over every family of addresses that the machine has', async (t) => {
  const { running } = await startServing(t, { config: { host: undefined, tls: undefined } as never });
  const { port } = new URL(running.url);
  const loopbacks = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => internal);
  assert.ok(loopbacks.length > 0);
  for (const { address, family } of loopbacks) {
    const host = family === 'IPv6' ? `[${address}]` : address;
    assert.equal((await http({ url: `http://${host}:${port}/readyz` })).status, 200, address);
  }
});

test('bytes that are no HTTP are answered with a constant', async (t) => {
  const { running } = await startServing(t, { config: { tls: undefined } as never });
  const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
  socket.write('hunter2 hunter2\r\n\r\n');
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.ok(answer.endsWith(`\r\n\r\n${bodyOf('BadRequest')}`));
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
  const { running, written, ended, post } = await startServing(t, {
    controller,
    config: { shutdownDelayMs: 1_000 },
  });
  const call = post(callBody);
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
  assert.deepEqual(ended, ['backends closed after 2 events']);
  await assert.rejects(http({ url: `${running.url}/livez`, caPem }), { code: 'ECONNREFUSED' });
  await running.close();
  assert.deepEqual(ended, ['backends closed after 2 events'], 'a second close does nothing');
});

test('a caller that leaves in the middle of its request is no failure, and its bytes are free again', async (t) => {
  const { running, log, headers } = await startServing(t, { config: { tls: undefined } as never });
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
      await assert.rejects(startServing(t, { config }), (error: Error & { ended: string[] }) => {
        assert.match(error.message, /EADDRINUSE/);
        assert.deepEqual(error.ended, ['backends closed after 0 events']);
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
      await assert.rejects(startServing(t, { config }), /cannot be read/);
    });
});
