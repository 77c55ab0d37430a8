/** Work of which one piece at a time runs under each key. */
export interface Turns {
  /** Runs `work` once everything that was there before it under the same key has ended, well or badly. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** {@link Turns} in the memory of this process. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take(key, work) {
      const turn = (last.get(key) ?? Promise.resolve()).then(work);
      const ended = turn
        .catch(() => {})
        .then(() => {
          if (last.get(key) === ended) last.delete(key);
        });
      last.set(key, ended);
      return turn;
    },
  };
}
