import type { Told } from '../child.ts';

/** Tells the parent where the server is, and what it has used whenever it asks; ends it when it says so. */
export function answerParent(url: string, stop: () => Promise<unknown>): void {
  const tell = (told: Told) => process.send?.(told);
  process.on('message', async (message) => {
    if (message === 'usage') {
      const { user, system } = process.cpuUsage();
      tell({ usage: { cpu: user + system, rss: process.memoryUsage.rss() } });
    } else {
      await stop();
      process.exit();
    }
  });
  tell({ url });
}
