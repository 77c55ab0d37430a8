/** What waits, by whom it is for: those take turns, so that one who brings much delays others by one piece each, not by all. */
export interface FairQueue<T> {
  /** False when too much waits already, altogether or for that one; the item does not wait then. */
  push(whose: string, item: T): boolean;
  /** Takes what is next, and puts the one whose it was behind all others. */
  shift(): T | undefined;
  /** Takes an item out of its place; false when it does not wait. */
  remove(item: T): boolean;
  /** Takes everything. */
  drain(): T[];
  readonly size: number;
}

/** A {@link FairQueue} of so many items, and so many of one. */
export function createFairQueue<T>({ most, mostOfOne }: { most: number; mostOfOne: number }): FairQueue<T> {
  // In the order of turns; nobody is in it without an item.
  const waiting = new Map<string, T[]>();
  let size = 0;
  return {
    push(whose, item) {
      const own = waiting.get(whose) ?? [];
      if (size >= most || own.length >= mostOfOne) return false;
      own.push(item);
      waiting.set(whose, own);
      size++;
      return true;
    },
    shift() {
      const [next] = waiting;
      if (next === undefined) return undefined;
      const [whose, own] = next;
      waiting.delete(whose);
      const item = own.shift();
      if (own.length > 0) waiting.set(whose, own);
      size--;
      return item;
    },
    remove(item) {
      for (const [whose, own] of waiting) {
        const place = own.indexOf(item);
        if (place < 0) continue;
        own.splice(place, 1);
        if (own.length === 0) waiting.delete(whose);
        size--;
        return true;
      }
      return false;
    },
    drain() {
      const all = [...waiting.values()].flat();
      waiting.clear();
      size = 0;
      return all;
    },
    get size() {
      return size;
    },
  };
}
