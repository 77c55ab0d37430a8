import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../child.ts';
import { assertNothingWasDue, recordConversation } from '../conversation.ts';
import type { Bench } from '../figure.ts';
import { load, post } from '../load.ts';

const mib = 2 ** 20;

/** What the process holds after many not-due sync calls, and after ten times as many. */
export const memory: Bench = async ({ size, tell }) => {
  const first = size === 'full' ? 100_000 : 10_000;
  tell('recording a conversation');
  const conversation = await recordConversation(200);
  const hook = await conversation.startHook();
  try {
    const requests = conversation.bodies.map((body) =>
      post(hook.url, '/hooks/externalsecret/sync', body, conversation.token),
    );
    const run = (calls: number) => load({ url: hook.url, requests, calls, connections: 8 });
    tell(`${first} calls`);
    await run(first);
    const early = await settledRss(hook);
    tell(`${first * 9} calls more`);
    const { seconds } = await run(first * 9);
    const late = await settledRss(hook);
    await assertNothingWasDue(hook.url, conversation.token);
    return [
      { figure: `RSS after ${first} calls`, value: early / mib, unit: 'MiB' },
      { figure: `RSS after ${first * 10} calls`, value: late / mib, unit: 'MiB', atMost: 250 },
      { figure: 'growth', value: late / early, unit: 'x', atMost: 1.05 },
      { figure: 'duration', value: seconds, unit: 's' },
    ];
  } finally {
    await hook.stop();
    await conversation.stop();
  }
};

/** The smallest of some samples: garbage that is about to be collected is not held. */
async function settledRss(server: Server): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    await sleep(250);
    least = Math.min(least, (await server.usage()).rss);
  }
  return least;
}
