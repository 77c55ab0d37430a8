import type { Settings } from '../../../composite-controllers/lib/ports.ts';
import { type SteppedClock, steppedClock } from '../../../local/metacontroller/clock.ts';
import { settings, startOfTests } from '../../support/builders.ts';
import { createActions } from './actions.ts';
import type { Command } from './commands.ts';
import { conclude } from './conclusion.ts';
import { createInstallation, type Installation } from './installation.ts';
import type { Narrator } from './narrator.ts';

/**
 * Lets a story happen to an installation of its own in which everything is synced, and then all trouble end. Throws what
 * breaks a rule. Deterministic: the same story goes the same way.
 */
export function tell(
  story: readonly Command[],
  flags: Partial<Settings> = {},
  log: Narrator = () => {},
): Promise<void> {
  const work = async (installation: Installation, clock: SteppedClock) => {
    const act = createActions(installation);
    for (const command of story) {
      log(`  ${new Date(clock.now()).toISOString().slice(11)} ${JSON.stringify(command)}`);
      await act(command);
      installation.check();
    }
    log('  the trouble ends');
    await conclude(installation, act);
  };
  return withInstallation(log, work, flags);
}

/** Lends an installation of its own, in which everything is synced, to `work`; this process lives by its clock meanwhile. */
export async function withInstallation(
  log: Narrator,
  work: (installation: Installation, clock: SteppedClock) => Promise<void>,
  flags: Partial<Settings> = {},
): Promise<void> {
  // Not on a whole second: a status rounds its times.
  const clock = steppedClock(startOfTests + 300);
  const restoreClock = useClock(clock);
  const stopped = new AbortController();
  try {
    const installation = await createInstallation(clock, stopped.signal, log, { ...settings, ...flags });
    try {
      await work(installation, clock);
    } finally {
      await installation.stop();
    }
  } finally {
    stopped.abort();
    restoreClock();
  }
}

/** Makes this process live by the clock: Date.now (the breaker's), and the deadlines of calls. Returns the way back. */
function useClock(clock: SteppedClock): () => void {
  const overdue = new DOMException('overdue', 'TimeoutError');
  const { now } = Date;
  const { timeout } = AbortSignal;
  Date.now = clock.now;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    clock.setTimer(() => controller.abort(overdue), ms);
    return controller.signal;
  };
  return () => {
    Date.now = now;
    AbortSignal.timeout = timeout;
  };
}
