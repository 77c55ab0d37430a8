import { type Server, startServer } from '../child.ts';
import { assertNothingWasDue, recordConversation } from '../conversation.ts';
import { type Bench, median } from '../figure.ts';
import { type Load, load, post } from '../load.ts';

/**
 * A sync call that finds nothing due, beside a bare Fastify route that parses the same body. Both in turn, by CPU time,
 * which says the same on a busy machine; the bound is on the median of the rounds.
 */
export const keep: Bench = async ({ size, tell }) => {
  const { rounds, calls } = size === 'full' ? { rounds: 15, calls: 4_000 } : { rounds: 5, calls: 2_000 };
  tell('recording a conversation');
  const conversation = await recordConversation(50);
  const bodies = conversation.bodies;
  const servers = await Promise.all([startServer('bare.ts', {}), conversation.startHook()]);
  try {
    const [bare, hook] = servers;
    const bareRequests = bodies.map((body) => post(bare.url, '/sync', body));
    const hookRequests = bodies.map((body) =>
      post(hook.url, '/hooks/externalsecret/sync', body, conversation.token),
    );
    tell(`warming up, then ${rounds} rounds of ${calls} calls`);
    await measure(bare, bareRequests, calls * 2);
    await measure(hook, hookRequests, calls * 2);
    const measured = [];
    for (let i = 0; i < rounds; i++) {
      const of = {
        bare: await measure(bare, bareRequests, calls),
        hook: await measure(hook, hookRequests, calls),
      };
      measured.push(of);
    }
    await assertNothingWasDue(hook.url, conversation.token);
    const latencies = measured.flatMap(({ hook }) => hook.latencies).sort((a, b) => a - b);
    const bytes = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length;
    return [
      { figure: 'body', value: bytes / 1_000, unit: 'kB' },
      { figure: 'bare route, CPU', value: median(measured.map(({ bare }) => bare.cpu)), unit: 'µs/call' },
      {
        figure: 'not-due sync call, CPU',
        value: median(measured.map(({ hook }) => hook.cpu)),
        unit: 'µs/call',
      },
      {
        figure: 'not-due sync call : bare route',
        value: median(measured.map(({ bare, hook }) => hook.cpu / bare.cpu)),
        unit: 'x',
        atMost: 3,
      },
      {
        figure: 'answer',
        value: median(measured.map(({ hook }) => hook.bytes / hook.calls)) / 1_000,
        unit: 'kB',
      },
      {
        figure: 'calls per second',
        value: median(measured.map(({ hook }) => hook.calls / hook.seconds)),
        unit: '1/s',
      },
      { figure: 'latency of 4 at once, p50', value: latencies[latencies.length >> 1] ?? 0, unit: 'ms' },
      {
        figure: 'latency of 4 at once, p99',
        value: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
        unit: 'ms',
      },
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await conversation.stop();
  }
};

async function measure(
  server: Server,
  requests: readonly Buffer[],
  calls: number,
): Promise<Load & { cpu: number }> {
  const before = await server.usage();
  const done = await load({ url: server.url, requests, calls, connections: 4 });
  const after = await server.usage();
  return { ...done, cpu: (after.cpu - before.cpu) / calls };
}
