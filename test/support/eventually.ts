import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The first result of `attempt` that does not throw, trying again and again.
 * Throws when `timeout` (milliseconds, 10 s unless given) has passed, with the last failure as its cause.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeout = 10_000 }: { timeout?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() + pause > deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`not within ${timeout} ms: ${reason}`, { cause: error });
      }
    }
    await sleep(pause);
  }
}
