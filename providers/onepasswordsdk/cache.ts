/** Answers of 1Password that are kept for a while: `spec.cache`. */
export interface Cache {
  /** The kept answer, or that of `read`. Failures are not kept. */
  get<T extends object>(key: string, read: () => Promise<T>): Promise<T>;
  clear(): void;
}

/** A {@link Cache} of the newest `maxSize` answers. */
export function createCache(ttlMs: number, maxSize: number, now: () => number): Cache {
  const kept = new Map<string, { readonly answer: object; readonly until: number }>();
  return {
    async get<T extends object>(key: string, read: () => Promise<T>) {
      const held = kept.get(key);
      if (held !== undefined && held.until > now()) return held.answer as T;
      const answer = await read();
      kept.delete(key);
      kept.set(key, { answer, until: now() + ttlMs });
      const oldest = kept.keys().next();
      if (kept.size > maxSize && !oldest.done) kept.delete(oldest.value);
      return answer;
    },
    clear: () => kept.clear(),
  };
}

/** A cache that keeps nothing. */
export const noCache: Cache = { get: (_key, read) => read(), clear: () => {} };
