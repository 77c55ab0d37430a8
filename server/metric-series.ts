import type { Counter, Gauge } from 'prom-client';
import type { Dependent, StoreLabels } from './metric-stores.ts';
import { extendedLabels, type MetricName, metricTable } from './metric-table.ts';

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
  /** The parent's own labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `status.refreshTime` as answered, in seconds since the epoch. */
  readonly refreshedAt?: number;
}

/** The series per parent, under ESO's names. */
export interface Series {
  pass(pass: Pass): void;
  forget(subject: Subject): void;
  /** What the last pass over each parent said of its stores. */
  dependents(): Iterable<Dependent>;
  /** Makes all series anew, without the parents that have not been seen for too long. */
  show(): void;
}

const hour = 3_600_000;
/** A parent without a time of its own is still seen once in Metacontroller's cache flush interval of 24 h. */
const quietLife = 25 * hour;
const shortestLife = 3 * hour;
const sweepEvery = hour / 4;

/** What is known of a parent: written by each pass over it, so nothing is made anew that can stay. */
interface Entry {
  readonly subject: Subject;
  /** Labels of all its series. */
  labels: Readonly<Record<string, string>>;
  endsAt: number;
  calls: number;
  errors: number;
  seconds: number;
  conditions: NonNullable<Pass['conditions']>;
  dependent: Dependent | undefined;
}

/**
 * {@link Series}. A hook never hears of a deletion without finalizers, and another replica may take a parent over, so
 * series end by time: three hours after the last pass, or twice the time until the next one when that is longer. They are
 * set for each scrape, as there are far more passes than scrapes.
 */
export function createSeries(
  counter: (name: MetricName) => Counter,
  gauge: (name: MetricName) => Gauge,
  now: () => number,
  labels: 'plain' | 'extended',
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

  const sweep = () => {
    sweptAt = now();
    for (const [key, { endsAt }] of entries) if (endsAt <= sweptAt) entries.delete(key);
  };

  const entryOf = (subject: Subject): Entry => {
    const key = keyOf(subject);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const { name, namespace } = subject;
    const entry = {
      subject,
      labels: { name, namespace },
      endsAt: 0,
      calls: 0,
      errors: 0,
      seconds: 0,
      conditions: [],
      dependent: undefined,
    };
    entries.set(key, entry);
    return entry;
  };

  const showEntry = (entry: Entry) => {
    const { kind } = entry.subject;
    if (kind === 'ExternalSecret') {
      calls.inc({ ...entry.labels }, entry.calls);
      if (entry.errors > 0) errors.inc({ ...entry.labels }, entry.errors);
    }
    ofKind(kind, 'reconcile_duration')?.set({ ...entry.labels }, Math.round(entry.seconds * 1e9));
    for (const { type, status } of entry.conditions)
      for (const value of new Set(['True', 'False', status]))
        ofKind(kind, 'status_condition')?.set(
          { ...entry.labels, condition: type, status: value },
          value === status ? 1 : 0,
        );
  };

  return {
    pass({ subject, outcome, seconds, conditions, nextSeconds, stores, labels: own, refreshedAt }) {
      const at = now();
      if (at - sweptAt >= sweepEvery) sweep();
      const entry = entryOf(subject);
      entry.endsAt =
        at + (nextSeconds === undefined ? quietLife : Math.max(shortestLife, nextSeconds * 2_000));
      entry.calls += 1;
      if (outcome === 'error') entry.errors += 1;
      entry.seconds = seconds;
      if (labels === 'extended') entry.labels = { ...entry.labels, ...extendedFrom(own) };
      if (conditions !== undefined) entry.conditions = conditions;
      if (stores === undefined) return;
      const isFailing = entry.conditions.some(({ type, status }) => type === 'Ready' && status === 'False');
      entry.dependent = stores.length === 0 ? undefined : { stores, isFailing, refreshedAt };
    },
    forget: (subject) => void entries.delete(keyOf(subject)),
    *dependents() {
      for (const { dependent } of entries.values()) if (dependent !== undefined) yield dependent;
    },
    show() {
      sweep();
      for (const metric of [calls, errors, ...gauges.values()]) metric.reset();
      for (const entry of entries.values()) showEntry(entry);
    },
  };
}

/** As ESO has them: empty where the object has no such label. */
function extendedFrom(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const byName = new Map(
    Object.entries(own).map(([key, value]) => [key.replace(/[^a-zA-Z0-9 ]+/g, '_'), value]),
  );
  return Object.fromEntries(extendedLabels.map((name) => [name, byName.get(name) ?? '']));
}
