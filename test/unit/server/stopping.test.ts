import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { answering, controllerThat } from '../../support/hook-app.ts';
import { http } from '../../support/http.ts';
import { callBody, caPem, startServing } from '../../support/serving.ts';

const codeOf = (error: unknown) => String((error as { code?: unknown } | null)?.code);

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
    const { running, url, headers } = await startServing(t, { controller });
    const session: ClientHttp2Session = connectHttp2(running.url, { ca: caPem });
    t.after(() => session.destroy());
    const call = async () => {
      if (session.closed || session.destroyed) return 'refused';
      const path = new URL(url).pathname;
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-length': callBody.length,
        ...headers,
      });
      stream.end(callBody);
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
    const shutdownDelayMs = 1_000;
    const { running, url, headers } = await startServing(t, { controller, config: { shutdownDelayMs } });
    const agent = new HttpsAgent({ keepAlive: true, ca: caPem });
    t.after(() => agent.destroy());
    let closesAt = Number.POSITIVE_INFINITY;
    const call = async () => {
      const request = httpsRequest(url, { method: 'POST', agent, headers });
      request.end(callBody);
      try {
        const [response] = await once(request, 'response');
        assert.equal(response.statusCode, 200);
        assert.equal(await text(response), '{"status":{},"children":[]}');
        return response.headers.connection === 'close' ? 'answered, the last' : 'answered';
      } catch (error) {
        // On a busy machine a caller may come again only when the delay is over. What was begun is counted below.
        if (performance.now() < closesAt || !/^E(CONNREFUSED|CONNRESET|PIPE)$/.test(codeOf(error)))
          throw error;
        return 'refused';
      }
    };
    const answers = await load(call, () => {
      closesAt = performance.now() + shutdownDelayMs;
      return running.close();
    });
    assert.equal(answers, calls.count);
  });

  test('also of a call that comes on a busy connection while the server closes', async (t) => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const controller = () =>
      controllerThat(async () => {
        arrive();
        await released;
        return answering();
      });
    const { running, headers } = await startServing(t, { controller, config: { tls: undefined } as never });
    const head = [
      'POST /hooks/externalsecret/sync HTTP/1.1',
      'host: x',
      `content-length: ${callBody.length}`,
    ];
    const lines = [...head, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
    const request = `${lines.join('\r\n')}\r\n\r\n${callBody}`;
    const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
    socket.write(request);
    await arrived;
    const closed = running.close();
    await eventually(() => assert.rejects(http({ url: `${running.url}/livez` }), { code: 'ECONNREFUSED' }));
    socket.write(request);
    const answers = text(socket);
    release();
    await closed;
    assert.deepEqual((await answers).match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200']);
  });
});
