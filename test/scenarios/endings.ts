/** What has to be ended, in the opposite order of its start. */
export interface Endings {
  add(end: () => Promise<unknown>): void;
  /** Ends everything, whatever fails on the way; throws the first failure. */
  end(): Promise<void>;
  /** What `start` comes to; when it fails, everything that was added ends first. */
  orFail<T>(start: () => Promise<T>): Promise<T>;
}

/** Nothing to end yet. */
export function createEndings(): Endings {
  const list: (() => Promise<unknown>)[] = [];
  const end = async () => {
    const failures: unknown[] = [];
    for (let next = list.pop(); next !== undefined; next = list.pop())
      await next().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return {
    add: (ending) => void list.push(ending),
    end,
    async orFail(start) {
      try {
        return await start();
      } catch (error) {
        await end().catch(() => {});
        throw error;
      }
    },
  };
}
