import { readFile } from 'node:fs/promises';

export interface WatchedFiles {
  stop(): void;
}

/**
 * Reads the files every `intervalMs` and hands over their contents when one has changed. Polling, since a mounted
 * Secret is swapped by a symlink, which file notifications miss. A file that cannot be read, or contents that
 * `onChange` refuses by throwing, leave everything as it was and are reported, once per cause, to `onProblem`.
 */
export function watchFiles(
  paths: readonly string[],
  initial: readonly Buffer[],
  intervalMs: number,
  onChange: (contents: Buffer[]) => void,
  onProblem: () => void,
): WatchedFiles {
  let current = initial;
  let refused: readonly Buffer[] | undefined;
  let unreadable = false;

  const look = async () => {
    const contents = await Promise.all(paths.map((path) => readFile(path))).catch(() => undefined);
    if (contents === undefined) {
      if (!unreadable) onProblem();
      unreadable = true;
      return;
    }
    unreadable = false;
    if (same(contents, current) || (refused !== undefined && same(contents, refused))) return;
    try {
      onChange(contents);
      current = contents;
      refused = undefined;
    } catch {
      refused = contents;
      onProblem();
    }
  };

  // One look after the other: of two at once the older could bring back what the newer has replaced.
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const schedule = () => {
    if (stopped) return;
    timer = setTimeout(() => void look().then(schedule), intervalMs);
    timer.unref();
  };
  schedule();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function same(left: readonly Buffer[], right: readonly Buffer[]): boolean {
  return left.every((content, index) => right[index]?.equals(content));
}
