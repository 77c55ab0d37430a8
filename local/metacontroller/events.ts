import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';
import { eventType } from './discovery.ts';

/** Writes core/v1 Events the way client-go's recorder does: counted when repeated, merged when similar, throttled for each object. */
export interface EventRecorder {
  /** Never throws and doesn't wait for the API server. */
  record(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Resolves when everything recorded so far was written, or given up. */
  written(): Promise<void>;
}

interface Seen {
  count: number;
  name: string;
  firstTimestamp: string;
}

const component = 'metacontroller';
const burst = 25;
const refillMs = 300_000;
const similarLimit = 10;
const similarWindowMs = 600_000;

/** Returns a recorder with Metacontroller's defaults: 25 Events an object at once, then one in 5 minutes; more than 10 different messages in 10 minutes are merged. */
export function createEventRecorder(api: KubeApi, clock: Clock): EventRecorder {
  const seen = new Map<string, Seen>();
  const similar = new Map<string, { messages: Set<string>; last: number }>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  let tail = Promise.resolve();
  let serial = 0;

  /** The message to write and the key under which it is counted. */
  function merge(subject: string, message: string): { message: string; key: string } {
    const now = clock.now();
    const group = similar.get(subject);
    const messages = group && now - group.last <= similarWindowMs ? group.messages : new Set<string>();
    messages.add(message);
    similar.set(subject, { messages, last: now });
    if (messages.size < similarLimit) return { message, key: `${subject}\0${message}` };
    messages.delete(messages.values().next().value as string);
    return { message: `(combined from similar events): ${message}`, key: subject };
  }

  function takeToken(object: string): boolean {
    const now = clock.now();
    const { tokens, at } = buckets.get(object) ?? { tokens: burst, at: now };
    const filled = Math.min(burst, tokens + (now - at) / refillMs);
    buckets.set(object, { tokens: filled >= 1 ? filled - 1 : filled, at: now });
    return filled >= 1;
  }

  async function write(event: KubeObject, known: Seen | undefined): Promise<void> {
    const { namespace, name } = event.metadata;
    if (known !== undefined) {
      const { count, message, lastTimestamp } = event;
      const patched = await api
        .mergePatch(eventType, namespace, name, { count, message, lastTimestamp })
        .then(() => true)
        .catch(() => false);
      if (patched) return;
    }
    await api.create(eventType, event).catch(() => {});
  }

  return {
    record(about, type, reason, text) {
      const { apiVersion, kind, metadata } = about;
      const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
      const object = [apiVersion, kind, namespace, name, uid].join('\0');
      const { message, key } = merge([object, type, reason].join('\0'), text);
      const lastTimestamp = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
      const known = seen.get(key);
      const current: Seen = known
        ? { ...known, count: known.count + 1 }
        : {
            count: 1,
            name: `${name}.${(BigInt(clock.now()) * 1_000_000n + BigInt(serial++)).toString(16)}`,
            firstTimestamp: lastTimestamp,
          };
      seen.set(key, current);
      if (!takeToken(object)) return;
      const event: KubeObject = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: current.name, namespace: namespace || 'default' },
        involvedObject: { apiVersion, kind, ...(namespace && { namespace }), name, uid, resourceVersion },
        reason,
        message,
        type,
        count: current.count,
        firstTimestamp: current.firstTimestamp,
        lastTimestamp,
        source: { component },
        reportingComponent: component,
        reportingInstance: '',
      };
      tail = tail.then(() => write(event, known));
    },
    written: () => tail,
  };
}
