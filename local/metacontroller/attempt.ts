import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { NotCovered, RelatedNotSynced, StandInCrash, TooManyRequests } from './errors.ts';
import type { EventRecorder } from './events.ts';
import type { WorkQueue } from './queue.ts';

/** How one pass ended, and with which error. */
export interface PassResult {
  readonly controller: string;
  /** `namespace/name` of the parent, or its name. */
  readonly key: string;
  readonly outcome: 'ok' | 'failed' | 'too many requests' | 'related not synced';
  readonly error?: Error;
}

/** Where a pass belongs. */
interface Place {
  readonly queue: WorkQueue;
  readonly key: string;
  readonly events: EventRecorder;
  /** The parent, or the decorated object; undefined when it is gone. */
  readonly object: KubeObject | undefined;
  readonly controller: string;
}

/** Runs a pass, and asks for the next one by how it ended (specification sections 5.4 and 6). Throws {@link StandInCrash} and {@link NotCovered}. */
export async function attempt(
  { queue, key, events, object, controller }: Place,
  pass: () => Promise<void>,
): Promise<PassResult> {
  const result = { controller, key };
  try {
    await pass();
    queue.forget(key);
    return { ...result, outcome: 'ok' };
  } catch (error) {
    if (error instanceof StandInCrash || error instanceof NotCovered) throw error;
    if (error instanceof TooManyRequests) {
      queue.addAfter(key, error.afterSeconds * 1000);
      return { ...result, outcome: 'too many requests', error };
    }
    queue.addRateLimited(key);
    if (error instanceof RelatedNotSynced) return { ...result, outcome: 'related not synced', error };
    const failure = error instanceof Error ? error : new Error(String(error));
    if (object) events.record(object, 'Warning', 'SyncError', `Sync error: ${failure.message}`);
    return { ...result, outcome: 'failed', error: failure };
  }
}
