/** A seeded source of choices: the same seed gives the same cases. */
export interface Random {
  /** An integer from 0 up to and without the limit. */
  below(limit: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** True once in so many times. */
  once(inTimes: number): boolean;
  /** So many items at most, at least one less than none. */
  some<T>(limit: number, make: () => T): T[];
}

/** A source that starts with the seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => items[below(items.length)] as never,
    once: (inTimes) => below(inTimes) === 0,
    some: (limit, make) => Array.from({ length: below(limit + 1) }, make),
  };
}
