import { ProviderError } from './kit/errors.ts';

/** Who goes first when a store's slots are taken: those who never had a value before those who have one. */
export type Priority = 'first-sync' | 'refresh';

/** A bounded number of reads of one store at a time. */
export interface Admission {
  /** Runs `work` in a slot. Throws `Busy` when none came free in time. */
  run<T>(priority: Priority, work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  readonly enter: () => void;
}

/** An {@link Admission} with `slots` slots; a caller waits at most `maxWaitMs`. */
export function createAdmission({ slots, maxWaitMs }: { slots: number; maxWaitMs: number }): Admission {
  let free = slots;
  const queues: Record<Priority, Waiter[]> = { 'first-sync': [], refresh: [] };

  const enter = (priority: Priority): Promise<void> => {
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const queue = queues[priority];
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(new ProviderError('Busy'));
      }, maxWaitMs);
      queue.push(waiter);
    });
  };

  const leave = (): void => {
    const next = queues['first-sync'].shift() ?? queues.refresh.shift();
    if (next === undefined) free++;
    else next.enter();
  };

  return {
    async run(priority, work) {
      await enter(priority);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
