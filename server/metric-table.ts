interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Whether `--extended-metric-labels` adds {@link extendedLabels}. */
  readonly extended?: true;
}

/** What ESO adds to the series of an object, from the object's own labels (`app.kubernetes.io/name` and its like). */
export const extendedLabels = ['name', 'instance', 'version', 'component', 'part_of', 'managed_by'].map(
  (name) => `app_kubernetes_io_${name}`,
);

const condition = (kind: string): Metric => ({
  type: 'gauge',
  help: `Conditions of each ${kind}: 1 for the status that holds, 0 for the other.`,
  labels: ['name', 'namespace', 'condition', 'status'],
  extended: true,
});

const duration = (kind: string): Metric => ({
  type: 'gauge',
  help: `Duration of the last pass over each ${kind}, in nanoseconds.`,
  labels: ['name', 'namespace'],
  extended: true,
});

const store = (help: string): Metric => ({ type: 'gauge', help, labels: ['kind', 'namespace', 'name'] });

/** Every metric of the process beside Node's own. The first group has ESO's names and labels (spec core 6.1). */
export const metricTable = {
  externalsecret_sync_calls_total: {
    type: 'counter',
    help: 'Passes over each ExternalSecret, also those that had nothing to do.',
    labels: ['name', 'namespace'],
    extended: true,
  },
  externalsecret_sync_calls_error: {
    type: 'counter',
    help: 'Passes over each ExternalSecret that failed.',
    labels: ['name', 'namespace'],
    extended: true,
  },
  externalsecret_status_condition: condition('ExternalSecret'),
  externalsecret_reconcile_duration: duration('ExternalSecret'),
  externalsecret_provider_api_calls_count: {
    type: 'counter',
    help: "Calls of a backend's API, by its operation and how it ended.",
    labels: ['provider', 'call', 'status'],
  },
  secretstore_status_condition: condition('SecretStore'),
  secretstore_reconcile_duration: duration('SecretStore'),
  clustersecretstore_status_condition: condition('ClusterSecretStore'),
  clustersecretstore_reconcile_duration: duration('ClusterSecretStore'),
  controller_runtime_reconcile_total: {
    type: 'counter',
    help: 'Sync calls by controller; result is success, requeue_after or error.',
    labels: ['controller', 'result'],
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    help: 'Sync calls that failed, by controller.',
    labels: ['controller'],
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    help: 'Duration of sync calls, by controller.',
    labels: ['controller'],
  },
  pushsecret_status_condition: condition('PushSecret'),
  pushsecret_reconcile_duration: duration('PushSecret'),
  clusterexternalsecret_status_condition: condition('ClusterExternalSecret'),
  clusterexternalsecret_reconcile_duration: duration('ClusterExternalSecret'),
  clusterpushsecret_status_condition: condition('ClusterPushSecret'),
  clusterpushsecret_reconcile_duration: duration('ClusterPushSecret'),

  keyhook_hook_duration_seconds: {
    type: 'histogram',
    help: "Time from a call's headers to its answer; code is the HTTP status, or gone when the caller left first.",
    labels: ['controller', 'hook', 'code'],
  },
  keyhook_backend_reads_total: {
    type: 'counter',
    help: 'Reads that reached a provider; outcome is Success or the code of the error.',
    labels: ['provider', 'kind', 'outcome'],
  },
  keyhook_backend_writes_total: {
    type: 'counter',
    help: 'Pushes, their deletions and questions for existence that reached a provider; outcome as for reads.',
    labels: ['provider', 'kind', 'outcome'],
  },
  keyhook_coalesced_reads_total: {
    type: 'counter',
    help: 'Reads that were answered by another read.',
    labels: ['provider'],
  },
  keyhook_rate_limited_calls_total: {
    type: 'counter',
    help: "Calls that the vendor's rate limit let wait, or refused a turn; turn is waited or refused.",
    labels: ['provider', 'turn'],
  },
  keyhook_store_dependents: store(
    'ExternalSecrets that name the store, as far as this replica has seen them.',
  ),
  keyhook_store_failing_dependents: store('Those of them that are not Ready.'),
  keyhook_store_oldest_refresh_timestamp_seconds: store('The oldest refreshTime among them.'),
  keyhook_store_last_code: {
    type: 'gauge',
    help: 'How the last read of the store ended, always 1: code is Success or the code of the error.',
    labels: ['kind', 'namespace', 'name', 'code'],
  },
  keyhook_breaker_state: {
    type: 'gauge',
    help: "A store's circuit breaker on this replica: 0 closed, 1 half-open, 2 open.",
    labels: ['kind', 'namespace', 'name'],
  },
  keyhook_bytes_in_flight: {
    type: 'gauge',
    help: 'Bytes of request bodies that are being worked on.',
    labels: [],
  },
  keyhook_rollouts_total: {
    type: 'counter',
    help: "Rollouts that were begun since a Secret's data had changed.",
    labels: ['kind'],
  },
  keyhook_events_dropped_total: {
    type: 'counter',
    help: 'Events that were not written: too many at once, or refused by the API server.',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metricTable;
