import type { TemplateRunner } from '../composite-controllers/lib/ports.ts';
import { inlineLimits, isTooMuch } from '../composite-controllers/template/limits.ts';
import { doWork, type Work } from '../composite-controllers/template/work.ts';
import { randomness } from './randomness.ts';
import { createTemplateThread, type ThreadOptions } from './template-thread.ts';

/** A {@link TemplateRunner} that owns a thread. */
export interface OwnedTemplateRunner extends TemplateRunner {
  close(): Promise<void>;
}

/** Texts up to this are read where everything else waits for it. */
const inlineTextBytes = 128 * 1024;

const defaults: ThreadOptions = { timeoutMs: 8_000, maxWaiting: 64, maxOfTenant: 16, idleMs: 60_000 };

/** Tries at once within tight limits; what needs more, or calls something slow, goes to the thread and begins anew there. */
export function createTemplateRunner(options: ThreadOptions = defaults): OwnedTemplateRunner {
  const thread = createTemplateThread(options);
  return {
    async run(tenant, work, signal) {
      if (textBytes(work) > inlineTextBytes) return thread.run(tenant, work, signal);
      const result = doWork(work, randomness, inlineLimits);
      return result.kind === 'failed' && isTooMuch(result.fault.code)
        ? thread.run(tenant, work, signal)
        : result;
    },
    close: thread.close,
  };
}

function textBytes({ jobs }: Work): number {
  return jobs.reduce((sum, { text }) => sum + text.length, 0);
}
