import closeWithGrace from 'close-with-grace';
import { failureFields, type ProcessLog } from './logger.ts';
import type { Running } from './serve.ts';

/** Calls, events and backends together may take so long to end; with the delay it stays below Kubernetes' 30 s. */
const endingMs = 23_000;

/**
 * What was thrown where nobody caught it is said and survived: calls share nothing that one of them could break, and a
 * process that ends takes the answers of all others with it.
 */
export function surviveFailures(log: ProcessLog): void {
  // A rejection that nobody handles is raised as one of these.
  process.on('uncaughtException', (error: unknown) =>
    log.error(failureFields(error), 'an error was caught by nobody'),
  );
}

/** Ends the process in good order on the first signal, and at once on a second one. */
export function endOnSignal(running: Running, log: ProcessLog, shutdownDelayMs: number): void {
  closeWithGrace(
    {
      delay: shutdownDelayMs + endingMs,
      logger: false,
      skip: ['uncaughtException', 'unhandledRejection', 'beforeExit'],
      onTimeout: () => log.error({}, 'stopped before everything was in order'),
    },
    async () => {
      await running.close();
      log.flush();
    },
  );
}
