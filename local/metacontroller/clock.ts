/** Time as the stand-in sees it: milliseconds since the epoch, and timers on that same clock. */
export interface Clock {
  now(): number;
  /** Calls `run` once after `ms` milliseconds; returns the cancellation. */
  setTimer(run: () => void, ms: number): () => void;
}

/** A {@link Clock} that stands still until a test moves it. */
export interface SteppedClock extends Clock {
  /** Moves time forward by `ms`, running the timers that fall due in order of their due time. */
  advance(ms: number): void;
  /** Due time of the earliest timer, `undefined` when there is none. */
  nextTimer(): number | undefined;
}

const longestTimeout = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(run, ms) {
    let left = ms;
    let handle: NodeJS.Timeout;
    const arm = () => {
      const wait = Math.min(left, longestTimeout);
      left -= wait;
      handle = setTimeout(() => (left > 0 ? arm() : run()), wait);
    };
    arm();
    return () => clearTimeout(handle);
  },
};

/** Returns a clock that starts at `start` and moves only by `advance`; timers due at the same time run in the order they were set. */
export function steppedClock(start = 0): SteppedClock {
  let time = start;
  let timers: { due: number; run: () => void }[] = [];

  const earliest = () =>
    timers.reduce<{ due: number; run: () => void } | undefined>(
      (first, timer) => (first === undefined || timer.due < first.due ? timer : first),
      undefined,
    );

  return {
    now: () => time,
    setTimer(run, ms) {
      const timer = { due: time + Math.max(0, ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = time + ms;
      for (let next = earliest(); next !== undefined && next.due <= end; next = earliest()) {
        const due = next;
        timers = timers.filter((timer) => timer !== due);
        time = Math.max(time, due.due);
        due.run();
      }
      time = end;
    },
    nextTimer: () => earliest()?.due,
  };
}
