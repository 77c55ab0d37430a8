import type { MetricName } from '../../server/metric-table.ts';

/** A series of the process in PromQL: a name that the process has, with label matchers and, for a histogram, its suffix. */
export function metric(
  name: MetricName,
  matchers = '',
  suffix: '' | '_bucket' | '_count' | '_sum' = '',
): string {
  return `${name}${suffix}${matchers === '' ? '' : `{${matchers}}`}`;
}

/**
 * The series of the replica that works: the other one still shows what it saw before Metacontroller's connection moved,
 * for up to three hours.
 */
export function onActive(series: string): string {
  return `(${series} and on (pod) sum by (pod) (rate(${metric('externalsecret_sync_calls_total')}[15m])) > 0)`;
}
