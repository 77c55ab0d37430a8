import type { Counter, Gauge } from 'prom-client';
import type { Dependent, StoreLabels } from './metric-stores.ts';
import { type MetricName, metricTable } from './metric-table.ts';

/** A parent that has series of its own. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** Empty for a cluster-scoped one. */
  readonly namespace: string;
}

/** How one pass over a parent ended. */
export interface Pass {
  readonly subject: Subject;
  readonly outcome: 'success' | 'error';
  readonly seconds: number;
  /** The conditions that were answered; absent when there was no answer. */
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  /** When the parent is due again, as answered. */
  readonly nextSeconds?: number;
  /** The stores that the parent depends on; absent when the pass did not come to look at them. */
  readonly stores?: readonly StoreLabels[];
  /** `status.refreshTime` as answered, in seconds since the epoch. */
  readonly refreshedAt?: number;
}

/** The series per parent, under ESO's names, and their end. */
export interface Series {
  pass(pass: Pass): void;
  forget(subject: Subject): void;
  /** What the last pass over each parent said of its stores. */
  dependents(): Iterable<Dependent>;
  /** Ends the series of the parents that have not been seen for too long. */
  sweep(): void;
}

const hour = 3_600_000;
/** A parent without a time of its own is still seen once in Metacontroller's cache flush interval of 24 h. */
const quietLife = 25 * hour;
const shortestLife = 3 * hour;
const sweepEvery = hour / 4;

interface Entry {
  readonly subject: Subject;
  endsAt: number;
  dependent: Dependent | undefined;
  /** Label sets of the condition series that exist. */
  readonly conditions: Map<string, Record<string, string>>;
}

/**
 * {@link Series}. A hook never hears of a deletion without finalizers, and another replica may take a parent over, so
 * series end by time: three hours after the last pass, or twice the time until the next one when that is longer.
 */
export function createSeries(
  counter: (name: MetricName) => Counter,
  gauge: (name: MetricName) => Gauge,
  now: () => number,
): Series {
  const calls = counter('externalsecret_sync_calls_total');
  const errors = counter('externalsecret_sync_calls_error');
  const gauges = new Map(
    (Object.keys(metricTable) as MetricName[])
      .filter((name) => /_(status_condition|reconcile_duration)$/.test(name))
      .map((name) => [name as string, gauge(name)]),
  );
  const ofKind = (kind: string, suffix: string) => gauges.get(`${kind.toLowerCase()}_${suffix}`);
  const entries = new Map<string, Entry>();
  let sweptAt = now();

  const keyOf = ({ kind, namespace, name }: Subject) => `${kind}/${namespace}/${name}`;

  const end = (key: string, { subject, conditions }: Entry) => {
    const { kind, name, namespace } = subject;
    entries.delete(key);
    for (const labels of conditions.values()) ofKind(kind, 'status_condition')?.remove(labels);
    ofKind(kind, 'reconcile_duration')?.remove({ name, namespace });
    if (kind !== 'ExternalSecret') return;
    calls.remove({ name, namespace });
    errors.remove({ name, namespace });
  };

  const sweep = () => {
    sweptAt = now();
    for (const [key, entry] of entries) if (entry.endsAt <= sweptAt) end(key, entry);
  };

  const touch = (subject: Subject, nextSeconds: number | undefined): Entry => {
    if (now() - sweptAt >= sweepEvery) sweep();
    const life = nextSeconds === undefined ? quietLife : Math.max(shortestLife, nextSeconds * 2_000);
    const key = keyOf(subject);
    const entry = entries.get(key) ?? { subject, endsAt: 0, dependent: undefined, conditions: new Map() };
    entry.endsAt = now() + life;
    entries.set(key, entry);
    return entry;
  };

  return {
    pass({ subject, outcome, seconds, conditions = [], nextSeconds, stores, refreshedAt }) {
      const { kind, name, namespace } = subject;
      const entry = touch(subject, nextSeconds);
      if (stores !== undefined) {
        const isFailing = conditions.some(({ type, status }) => type === 'Ready' && status === 'False');
        entry.dependent = stores.length === 0 ? undefined : { stores, isFailing, refreshedAt };
      }
      if (kind === 'ExternalSecret') {
        calls.inc({ name, namespace });
        if (outcome === 'error') errors.inc({ name, namespace });
      }
      ofKind(kind, 'reconcile_duration')?.set({ name, namespace }, Math.round(seconds * 1e9));
      for (const { type, status } of conditions) {
        for (const value of new Set(['True', 'False', status])) {
          const labels = { name, namespace, condition: type, status: value };
          ofKind(kind, 'status_condition')?.set(labels, value === status ? 1 : 0);
          entry.conditions.set(`${type}/${value}`, labels);
        }
      }
    },
    forget(subject) {
      const entry = entries.get(keyOf(subject));
      if (entry !== undefined) end(keyOf(subject), entry);
    },
    *dependents() {
      for (const { dependent } of entries.values()) if (dependent !== undefined) yield dependent;
    },
    sweep,
  };
}
