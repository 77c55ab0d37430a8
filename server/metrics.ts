import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { StoreHandle } from '../providers/backends.ts';
import type { BackendObserver } from '../providers/observer.ts';
import { createReconciles } from './metric-reconciles.ts';
import { createSeries, type Pass, type Subject } from './metric-series.ts';
import { createStoreSeries, type StoreLabels } from './metric-stores.ts';
import { extendedLabels, type MetricName, metricTable } from './metric-table.ts';

/** How one call of a hook ended; `status` is the HTTP status, `gone` when the caller left before the answer. */
export interface HookCall {
  readonly controller: string;
  readonly hook: string;
  readonly status: number | 'gone';
  readonly seconds: number;
}

/** Everything that the process counts. */
export interface Metrics {
  hookCalled(call: HookCall): void;
  passed(pass: Pass): void;
  /** A workload of the kind is being restarted. */
  rolledOut(kind: string): void;
  /** The parent is being deleted: its series end. */
  forget(subject: Subject): void;
  eventDropped(): void;
  readonly backends: BackendObserver;
  /** The text of /metrics, and its content type. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface MetricsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Bytes of request bodies held now. */
  readonly bytesInFlight: () => number;
  /** Whether Node's own figures are collected, which installs observers that last as long as the process. */
  readonly process: 'measured' | 'ignored';
  /** `extended`: series of objects carry ESO's extended labels, too. */
  readonly labels?: 'plain' | 'extended';
}

/** {@link Metrics} with a registry of its own. */
export function createMetrics({ now, bytesInFlight, process, labels = 'plain' }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (process === 'measured') collectDefaultMetrics({ register: registry });

  const spec = (name: MetricName) => {
    const { help, labels: own, ...rest } = metricTable[name];
    const labelNames = [...own, ...(labels === 'extended' && 'extended' in rest ? extendedLabels : [])];
    return { name, help, labelNames, registers: [registry] };
  };
  const counter = (name: MetricName) => new Counter(spec(name));
  const gauge = (name: MetricName) => new Gauge(spec(name));

  const hookSeconds = new Histogram({
    ...spec('keyhook_hook_duration_seconds'),
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  });
  const apiCalls = counter('externalsecret_provider_api_calls_count');
  const reads = counter('keyhook_backend_reads_total');
  const writes = counter('keyhook_backend_writes_total');
  const limited = counter('keyhook_rate_limited_calls_total');
  const coalesced = counter('keyhook_coalesced_reads_total');
  const rollouts = counter('keyhook_rollouts_total');
  const eventsDropped = counter('keyhook_events_dropped_total');
  new Gauge({
    ...spec('keyhook_bytes_in_flight'),
    collect() {
      this.set(bytesInFlight());
    },
  });
  const series = createSeries(counter, gauge, now, labels);
  const stores = createStoreSeries(gauge, now);
  const reconciles = createReconciles(spec);

  return {
    hookCalled: ({ controller, hook, status, seconds }) =>
      hookSeconds.observe({ controller, hook, code: String(status) }, seconds),
    passed(pass) {
      series.pass(pass);
      reconciles.pass(pass);
    },
    rolledOut: (kind) => rollouts.inc({ kind }),
    forget: series.forget,
    eventDropped: () => eventsDropped.inc(),
    backends: {
      call: (provider, call, status) => apiCalls.inc({ provider, call, status }),
      read(provider, store, outcome) {
        reads.inc({ provider, kind: store.kind, outcome });
        stores.read(labelsOf(store), outcome);
      },
      write: (provider, { kind }, outcome) => writes.inc({ provider, kind, outcome }),
      limited: (provider, turn) => limited.inc({ provider, turn }),
      coalesced: (provider) => coalesced.inc({ provider }),
      breaker: (store, state) => stores.breaker(labelsOf(store), state),
    },
    async expose() {
      series.show();
      stores.show(series.dependents());
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function labelsOf({ kind, namespace = '', name }: StoreHandle): StoreLabels {
  return { kind, namespace, name };
}
