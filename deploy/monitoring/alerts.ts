import { metric, onActive } from './metric.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
}

const notReady = (name: Parameters<typeof metric>[0]) =>
  `max by (namespace, name) (${onActive(metric(name, 'condition="Ready",status="False"'))}) == 1`;

const answered = (codes: string) =>
  `sum(rate(${metric('keyhook_hook_duration_seconds', `code=~"${codes}"`, '_count')}[5m]))`;

const alerts: readonly Alert[] = [
  {
    alert: 'KeyhookExternalSecretNotReady',
    expr: notReady('externalsecret_status_condition'),
    for: '15m',
    severity: 'warning',
    summary: 'ExternalSecret {{ $labels.namespace }}/{{ $labels.name }} is not Ready',
    description: 'Its Secret keeps its last values. The message of its Ready condition says what to do.',
  },
  {
    alert: 'KeyhookStoreNotReady',
    expr: `${notReady('secretstore_status_condition')} or ${notReady('clustersecretstore_status_condition')}`,
    for: '10m',
    severity: 'warning',
    summary: 'Store {{ $labels.namespace }}/{{ $labels.name }} is not Ready',
    description:
      'Every ExternalSecret of this store waits. The message of its Ready condition says what to do.',
  },
  {
    alert: 'KeyhookBackendDown',
    expr: `max by (kind, namespace, name) (${onActive(metric('keyhook_breaker_state'))}) == 2`,
    for: '10m',
    severity: 'warning',
    summary: 'The backend of {{ $labels.kind }} {{ $labels.namespace }}/{{ $labels.name }} does not answer',
    description: 'It is probed once in 30 s; Secrets keep their values meanwhile.',
  },
  {
    alert: 'KeyhookSilent',
    expr: `(sum(rate(${metric('keyhook_hook_duration_seconds', '', '_count')}[30m])) or vector(0)) == 0`,
    for: '30m',
    severity: 'critical',
    summary: 'Metacontroller does not call the hook',
    description:
      "No Secret is refreshed. See Metacontroller's pods and log, its right to list Secrets, and the network policy.",
  },
  {
    alert: 'KeyhookUnauthorizedCalls',
    expr: `${answered('401')} > 0`,
    for: '5m',
    severity: 'critical',
    summary: 'Calls of the hook are refused',
    description: 'Metacontroller sends another token than the hook accepts: see the page about rotation.',
  },
  {
    alert: 'KeyhookHookErrors',
    expr: `${answered('5..')} > 0`,
    for: '10m',
    severity: 'warning',
    summary: 'The hook answers with errors',
    description: 'It has a bug; its log says where. No Secret is changed by such an answer.',
  },
  {
    alert: 'KeyhookOverloaded',
    expr: `${answered('429|gone')} / ${answered('.+')} > 0.2`,
    for: '15m',
    severity: 'warning',
    summary: 'The hook is too busy, or answers too late',
    description: 'Give it more CPU and memory, or Metacontroller fewer workers.',
  },
  {
    alert: 'KeyhookDown',
    expr: `absent(${metric('keyhook_bytes_in_flight')})`,
    for: '5m',
    severity: 'critical',
    summary: 'No replica of the hook is seen',
    description: 'No Secret is refreshed; those that exist stay as they are.',
  },
];

/** The alerts as the one group of a PrometheusRule. */
export function alertGroups(): object[] {
  const rules = alerts.map(({ severity, summary, description, ...rest }) => ({
    ...rest,
    labels: { severity },
    annotations: { summary, description },
  }));
  return [{ name: 'keyhook', rules }];
}
