import { metric, onActive } from './metric.ts';

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'stat' | 'timeseries' | 'table';
  readonly unit?: 'short' | 's' | 'ops' | 'bytes';
  readonly series: readonly (readonly [legend: string, expr: string])[];
}

const countReady = (name: Parameters<typeof metric>[0], status: 'True' | 'False') =>
  `sum(max by (namespace, name) (${onActive(metric(name, `condition="Ready",status="${status}"`))})) or vector(0)`;

const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le) (rate(${metric('keyhook_hook_duration_seconds', 'hook="sync"', '_bucket')}[$__rate_interval])))`;

const perSecond = (by: string, series: string) => `sum by (${by}) (rate(${series}[$__rate_interval]))`;

const panels: readonly Panel[] = [
  {
    title: 'ExternalSecrets',
    description: 'By their Ready condition.',
    kind: 'stat',
    series: [
      ['Ready', countReady('externalsecret_status_condition', 'True')],
      ['not Ready', countReady('externalsecret_status_condition', 'False')],
    ],
  },
  {
    title: 'Stores',
    description: 'SecretStores and ClusterSecretStores by their Ready condition.',
    kind: 'stat',
    series: [
      ['SecretStore Ready', countReady('secretstore_status_condition', 'True')],
      ['SecretStore not Ready', countReady('secretstore_status_condition', 'False')],
      ['ClusterSecretStore Ready', countReady('clustersecretstore_status_condition', 'True')],
      ['ClusterSecretStore not Ready', countReady('clustersecretstore_status_condition', 'False')],
    ],
  },
  {
    title: 'Not Ready',
    description: 'Which ExternalSecrets; their Ready condition says why and what to do.',
    kind: 'table',
    series: [
      [
        '',
        `max by (namespace, name) (${onActive(metric('externalsecret_status_condition', 'condition="Ready",status="False"'))}) == 1`,
      ],
    ],
  },
  {
    title: 'Passes',
    description:
      'Over ExternalSecrets, also those that had nothing to do; none at all means that nothing is refreshed.',
    kind: 'timeseries',
    unit: 'ops',
    series: [
      ['all', `sum(rate(${metric('externalsecret_sync_calls_total')}[$__rate_interval]))`],
      ['failed', `sum(rate(${metric('externalsecret_sync_calls_error')}[$__rate_interval]))`],
    ],
  },
  {
    title: 'Backend reads',
    description: 'That reached a provider, by how they ended.',
    kind: 'timeseries',
    unit: 'ops',
    series: [
      ['{{provider}} {{outcome}}', perSecond('provider, outcome', metric('keyhook_backend_reads_total'))],
    ],
  },
  {
    title: 'Reads saved',
    description: 'Reads that were answered by another read.',
    kind: 'timeseries',
    unit: 'ops',
    series: [['{{provider}}', perSecond('provider', metric('keyhook_coalesced_reads_total'))]],
  },
  {
    title: "Calls of the backends' APIs",
    description: 'What backends count, and some of them bill.',
    kind: 'timeseries',
    unit: 'ops',
    series: [
      [
        '{{provider}} {{call}} {{status}}',
        perSecond('provider, call, status', metric('externalsecret_provider_api_calls_count')),
      ],
    ],
  },
  {
    title: 'Stores whose backend is down',
    description: 'Circuit breakers that are not closed: 1 half-open, 2 open.',
    kind: 'timeseries',
    series: [
      [
        '{{kind}} {{namespace}}/{{name}}',
        `max by (kind, namespace, name) (${onActive(metric('keyhook_breaker_state'))}) > 0`,
      ],
    ],
  },
  {
    title: 'Time of a sync call',
    description: 'From its headers to its answer. Metacontroller gives up after 15 s.',
    kind: 'timeseries',
    unit: 's',
    series: [
      ['median', quantile(0.5)],
      ['99th percentile', quantile(0.99)],
    ],
  },
  {
    title: 'Answers of the hook',
    description: 'By HTTP status; gone: Metacontroller left first.',
    kind: 'timeseries',
    unit: 'ops',
    series: [
      ['{{hook}} {{code}}', perSecond('hook, code', metric('keyhook_hook_duration_seconds', '', '_count'))],
    ],
  },
  {
    title: 'Bodies in flight',
    description: 'Bytes of requests that are being worked on.',
    kind: 'timeseries',
    unit: 'bytes',
    series: [['{{pod}}', `sum by (pod) (${metric('keyhook_bytes_in_flight')})`]],
  },
  {
    title: 'Events dropped',
    description: 'Too many at once, or refused by the API server.',
    kind: 'timeseries',
    unit: 'ops',
    series: [['{{pod}}', perSecond('pod', metric('keyhook_events_dropped_total'))]],
  },
];

const width = 12;
const height = 8;

/** Grafana's dashboard (JSON model, schema version 39), with a variable for the data source. */
export function dashboard(): object {
  const variable = 'datasource';
  const datasource = { type: 'prometheus', uid: `$\{${variable}}` };
  return {
    uid: 'keyhook',
    title: 'Keyhook',
    tags: ['keyhook', 'external-secrets'],
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: variable, label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    panels: panels.map(({ title, description, kind, unit = 'short', series }, index) => ({
      id: index + 1,
      type: kind,
      title,
      description,
      datasource,
      gridPos: { h: height, w: width, x: (index % 2) * width, y: Math.floor(index / 2) * height },
      fieldConfig: { defaults: { unit }, overrides: [] },
      options: {},
      targets: series.map(([legendFormat, expr], target) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + target),
        datasource,
        expr,
        legendFormat,
        ...(kind === 'table' ? { instant: true, format: 'table' } : {}),
      })),
    })),
  };
}
