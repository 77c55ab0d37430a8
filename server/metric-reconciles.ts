import { Counter, Histogram, type Registry } from 'prom-client';
import type { Pass } from './metric-series.ts';
import type { MetricName } from './metric-table.ts';

/** What every metric is made with, by its row of the table. */
export type Spec = (name: MetricName) => {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
};

/**
 * The metrics by which ESO's dashboards and alerts judge its controllers (spec core 6.1): a pass is what a reconcile is
 * there. Those of the work queue are Metacontroller's, under names of its own.
 */
export function createReconciles(spec: Spec): { pass(pass: Pass): void } {
  const total = new Counter(spec('controller_runtime_reconcile_total'));
  const errors = new Counter(spec('controller_runtime_reconcile_errors_total'));
  const duration = new Histogram({
    ...spec('controller_runtime_reconcile_time_seconds'),
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  });
  return {
    pass({ subject, outcome, seconds, nextSeconds }) {
      const controller = subject.kind.toLowerCase();
      const result = outcome === 'error' ? 'error' : nextSeconds === undefined ? 'success' : 'requeue_after';
      total.inc({ controller, result });
      if (outcome === 'error') errors.inc({ controller });
      duration.observe({ controller }, seconds);
    },
  };
}
