/** A value that is obtained once for all who want it, and again when it has had its time or has been refused. */
export interface Renewable<T> {
  /** Throws what obtaining it throws; the next call tries anew. */
  get(): Promise<T>;
  /** The value in place of one that was refused: the one that others have obtained meanwhile, or a new one. */
  replace(refused: T): Promise<T>;
}

/** A {@link Renewable} that starts without a call. */
export function renewable<T>(obtain: () => Promise<T>, isFresh: (value: T) => boolean): Renewable<T> {
  let current: Promise<T> | undefined;

  const start = () => {
    const attempt = obtain();
    current = attempt;
    attempt.catch(() => {
      if (current === attempt) current = undefined;
    });
    return attempt;
  };
  const unless = async (isGood: (value: T) => boolean) => {
    const seen = current;
    const held = await (seen ?? start());
    if (isGood(held)) return held;
    // Whoever wakes up first renews; the others find its attempt.
    return current === seen || current === undefined ? start() : current;
  };

  return {
    get: () => unless(isFresh),
    replace: (refused) => unless((held) => held !== refused && isFresh(held)),
  };
}
