import type { Gauge } from 'prom-client';
import type { MetricName } from './metric-table.ts';

/** A store, by the labels of its series; the namespace of a ClusterSecretStore is empty. */
export interface StoreLabels {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What the last pass over an ExternalSecret says of its stores. */
export interface Dependent {
  readonly stores: readonly StoreLabels[];
  readonly isFailing: boolean;
  /** Seconds since the epoch; undefined before the first refresh. */
  readonly refreshedAt: number | undefined;
}

/** The series per store. */
export interface StoreSeries {
  /** A read of the store ended: Success, or the code of its error. */
  read(store: StoreLabels, code: string): void;
  breaker(store: StoreLabels, state: keyof typeof breakerStates): void;
  /** Makes all series anew. */
  show(dependents: Iterable<Dependent>): void;
}

const breakerStates = { closed: 0, 'half-open': 1, open: 2 } as const;
/** What a store did is shown so long after its last read, when no ExternalSecret is known to depend on it. */
const quietLifeMs = 3 * 3_600_000;
/** Series per metric; whoever has more stores sees the first. */
const mostStores = 5_000;

interface Known {
  readonly labels: StoreLabels;
  code: string | undefined;
  breaker: keyof typeof breakerStates;
  seenAt: number;
}

interface Sum {
  readonly labels: StoreLabels;
  dependents: number;
  failing: number;
  oldest: number | undefined;
}

/**
 * {@link StoreSeries}: the hook lists nothing, so a store is what sync calls and reads tell of it. Set anew for each
 * scrape, so that no series outlives what it counts.
 */
export function createStoreSeries(gauge: (name: MetricName) => Gauge, now: () => number): StoreSeries {
  const dependentsOf = gauge('keyhook_store_dependents');
  const failingOf = gauge('keyhook_store_failing_dependents');
  const oldestOf = gauge('keyhook_store_oldest_refresh_timestamp_seconds');
  const codeOf = gauge('keyhook_store_last_code');
  const breakerOf = gauge('keyhook_breaker_state');
  const known = new Map<string, Known>();

  const touch = (store: StoreLabels): Known => {
    const { kind, namespace = '', name } = store;
    const key = keyOf({ kind, namespace, name });
    const entry = known.get(key) ?? {
      labels: { kind, namespace, name },
      code: undefined,
      breaker: 'closed',
      seenAt: 0,
    };
    entry.seenAt = now();
    // The one that was seen last is the last one.
    known.delete(key);
    known.set(key, entry);
    const [first] = known.keys();
    if (known.size > mostStores && first !== undefined) known.delete(first);
    return entry;
  };

  return {
    read(store, code) {
      touch(store).code = code;
    },
    breaker(store, state) {
      touch(store).breaker = state;
    },
    show(dependents) {
      const sums = sumUp(dependents);
      for (const [key, { seenAt }] of known)
        if (!sums.has(key) && now() - seenAt > quietLifeMs) known.delete(key);
      for (const each of [dependentsOf, failingOf, oldestOf, codeOf, breakerOf]) each.reset();
      for (const { labels, dependents: count, failing, oldest } of [...sums.values()].slice(0, mostStores)) {
        dependentsOf.set({ ...labels }, count);
        failingOf.set({ ...labels }, failing);
        if (oldest !== undefined) oldestOf.set({ ...labels }, oldest);
      }
      for (const { labels, code, breaker } of known.values()) {
        if (code !== undefined) codeOf.set({ ...labels, code }, 1);
        breakerOf.set({ ...labels }, breakerStates[breaker]);
      }
    },
  };
}

function sumUp(dependents: Iterable<Dependent>): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { stores, isFailing, refreshedAt } of dependents) {
    for (const labels of stores) {
      const key = keyOf(labels);
      const sum = sums.get(key) ?? { labels, dependents: 0, failing: 0, oldest: undefined };
      sum.dependents++;
      if (isFailing) sum.failing++;
      if (refreshedAt !== undefined) sum.oldest = Math.min(sum.oldest ?? refreshedAt, refreshedAt);
      sums.set(key, sum);
    }
  }
  return sums;
}

const keyOf = ({ kind, namespace, name }: StoreLabels) => `${kind}/${namespace}/${name}`;
