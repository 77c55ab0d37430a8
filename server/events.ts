import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';
import type { EventSink } from '../composite-controllers/lib/ports.ts';
import { mapConcurrently } from '../providers/kit/concurrently.ts';
import type { KubeApi } from './kube-api.ts';
import { events } from './kube-verbs.ts';

export interface EventWriterOptions {
  readonly api: Pick<KubeApi, 'create' | 'mergePatch'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of each event that is not written. */
  readonly onDropped: () => void;
}

/** An {@link EventSink} that can be emptied. */
export interface EventWriter extends EventSink {
  /** Takes no more, and writes what is pending as far as that takes no longer than so many ms. */
  close(withinMs: number): Promise<void>;
}

/** Something to say about an object, and how often and when it was said since it was last written. */
interface Occurrence {
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly firstAt: number;
  lastAt: number;
  count: number;
}

/** An event that exists, and only has to be counted up when the same is said again. */
interface Written {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
}

const component = 'external-secrets';
const maxPending = 1_000;
const maxPendingPerObject = 8;
/** Under way at a time, each about another object. */
const maxWrites = 8;
const perObjectMs = 60_000;
const tickMs = 1_000;
const longestMessage = 1_024;

/**
 * core/v1 Events under ESO's component name (spec core 1.12). The first about an object is written at once, then one a
 * minute; what says the same again is counted. Best effort: nothing waits for it, and nothing fails by it.
 */
export function createEventWriter({ api, now, onDropped }: EventWriterOptions): EventWriter {
  /** By object uid, then by what is said; oldest first. */
  const pending = new Map<string, Map<string, Occurrence>>();
  const written = new LRUCache<string, Written>({ max: 10_000 });
  const writtenAt = new LRUCache<string, number>({ max: 10_000 });
  let size = 0;
  let state: 'open' | 'closed' = 'open';
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  /** The oldest occurrence of each object whose turn it is, taken out. */
  const take = (isTurn: (uid: string) => boolean) =>
    [...pending].flatMap(([uid, occurrences]) => {
      const [first] = isTurn(uid) ? occurrences : [];
      if (first === undefined) return [];
      occurrences.delete(first[0]);
      if (occurrences.size === 0) pending.delete(uid);
      size -= 1;
      writtenAt.set(uid, now());
      return [{ id: `${uid}/${first[0]}`, occurrence: first[1] }];
    });

  const write = async (isTurn: (uid: string) => boolean) => {
    await mapConcurrently(take(isTurn), maxWrites, async ({ id, occurrence }) => {
      const event = await save(api, occurrence, written.get(id)).catch(onDropped);
      if (event !== undefined) written.set(id, event);
    });
  };

  const schedule = (delayMs: number) => {
    if (timer !== undefined || state === 'closed') return;
    timer = setTimeout(async () => {
      running = write((uid) => now() - (writtenAt.get(uid) ?? Number.NEGATIVE_INFINITY) >= perObjectMs);
      await running;
      timer = undefined;
      if (size > 0) schedule(tickMs);
    }, delayMs);
    timer.unref();
  };

  return {
    record(object, type, reason, message) {
      const uid = object.metadata.uid ?? '';
      const text = message.slice(0, longestMessage);
      const key = `${type}/${reason}/${text}`;
      const occurrences = pending.get(uid) ?? new Map<string, Occurrence>();
      const known = occurrences.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.lastAt = now();
        return;
      }
      if (state === 'closed' || size >= maxPending || occurrences.size >= maxPendingPerObject) {
        onDropped();
        return;
      }
      const at = now();
      occurrences.set(key, { object, type, reason, message: text, firstAt: at, lastAt: at, count: 1 });
      pending.set(uid, occurrences);
      size += 1;
      schedule(0);
    },
    async close(withinMs) {
      state = 'closed';
      clearTimeout(timer);
      const rest = running.then(async () => {
        while (size > 0) await write(() => true);
      });
      await Promise.race([rest, sleep(withinMs, undefined, { ref: false })]);
    },
  };
}

/** Counts up the event that was written before, or creates one: its predecessor may have expired. */
async function save(
  api: EventWriterOptions['api'],
  occurrence: Occurrence,
  former: Written | undefined,
): Promise<Written> {
  const lastTimestamp = timestamp(occurrence.lastAt);
  if (former !== undefined) {
    const { namespace, name } = former;
    const count = former.count + occurrence.count;
    const counted = await api.mergePatch(events, namespace, name, { count, lastTimestamp }).then(
      () => ({ namespace, name, count }),
      () => undefined,
    );
    if (counted !== undefined) return counted;
  }
  const { object, type, reason, message, firstAt, count } = occurrence;
  const { apiVersion, kind, metadata } = object;
  const namespace = metadata.namespace ?? 'default';
  const name = eventName(metadata.name);
  await api.create(events, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace }),
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    },
    type,
    reason,
    message,
    count,
    firstTimestamp: timestamp(firstAt),
    lastTimestamp,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  });
  return { namespace, name, count };
}

/** metav1.Time has no fractions of a second. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A name that stays within 253 characters, as an object's may use all of them. */
function eventName(objectName: string): string {
  return `${objectName.slice(0, 200).replace(/[^a-z0-9]+$/, '')}.${randomBytes(8).toString('hex')}`;
}
