import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { WatchEvent } from '../../server/kube-api.ts';
import { expired } from './errors.ts';
import type { Kind } from './kinds/kind.ts';

/** One write as watchers may come to see it. */
export interface Change {
  readonly version: number;
  readonly kind: Kind;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** The latest changes in order, and whoever waits for more. */
export interface History {
  readonly record: (change: Change) => void;
  /** The changes after the version; throws 410 where the oldest of them are forgotten. */
  readonly after: (version: number) => readonly Change[];
  /** Resolves at the next change, or at once when the signal aborts. */
  readonly next: (signal: AbortSignal) => Promise<void>;
  /** Forgets all changes up to the version, as etcd's compaction does. */
  readonly forget: (version: number) => void;
}

/** Keeps at least `limit` changes. */
export function createHistory(limit: number): History {
  let changes: Change[] = [];
  let forgotten = 0;
  let wake = Promise.withResolvers<void>();
  const forget = (version: number): void => {
    forgotten = Math.max(forgotten, version);
    changes = changes.filter((change) => change.version > forgotten);
  };
  return {
    forget,
    record: (change) => {
      changes.push(change);
      if (changes.length > 2 * limit) forget(changes.at(-limit - 1)!.version);
      wake.resolve();
      wake = Promise.withResolvers();
    },
    after: (version) => {
      if (version < forgotten) throw expired(`too old resource version: ${version} (${forgotten})`);
      const start = changes.findLastIndex((change) => change.version <= version) + 1;
      return changes.slice(start);
    },
    next: async (signal) => {
      if (signal.aborted) return;
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([wake.promise, aborted.promise]);
      signal.removeEventListener('abort', abort);
    },
  };
}

/** The event of a change for a watcher that selects some objects: one that leaves the selection is DELETED for it. */
export function eventOf(
  { before, after, version }: Change,
  selects: (object: KubeObject) => boolean,
): WatchEvent | undefined {
  const [was, is] = [before !== undefined && selects(before), after !== undefined && selects(after)];
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after! };
  if (!was) return undefined;
  const metadata = { ...before!.metadata, resourceVersion: String(version) };
  return { type: 'DELETED', object: { ...before!, metadata } };
}
