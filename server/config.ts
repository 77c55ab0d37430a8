import type { Settings } from '../composite-controllers/lib/ports.ts';
import {
  ConfigError,
  duration,
  type Flags,
  oneOf,
  port,
  readFlags,
  text,
  texts,
  truth,
  type Values,
} from './flags.ts';
import { podAccountDir } from './kube-pod.ts';
import { type LogLevel, logLevels } from './logger.ts';
import type { TlsFiles } from './tls.ts';

/** Everything that `keyhook serve` is told. */
export interface ServeConfig {
  /** Absent: every address of the machine. */
  readonly host?: string;
  readonly port: number;
  readonly metricsPort?: number;
  readonly admissionPort?: number;
  readonly tls?: TlsFiles;
  readonly authentication: 'required' | 'none';
  readonly tokenFiles: readonly string[];
  /** Whose lines key the fingerprints of what random results of templates were made from. */
  readonly fingerprintKeyFiles: readonly string[];
  readonly kubeconfig?: string;
  readonly serviceAccountDir: string;
  readonly metricLabels: 'plain' | 'extended';
  readonly logLevel: LogLevel;
  readonly coalesceWindowMs: number;
  /** How long calls are still taken after the signal to stop. */
  readonly shutdownDelayMs: number;
  readonly settings: Settings;
}

const second = 1_000;
const minute = 60 * second;

/** The flags of `keyhook serve`. */
export const serveFlags = {
  host: {
    ...text,
    value: 'address',
    help: 'address to listen on (default: all, of IPv4 and IPv6; 127.0.0.1 with --insecure-no-auth)',
  },
  port: { ...port, value: 'port', help: 'port of the hooks and probes', initial: '8443' },
  'metrics-port': {
    ...port,
    value: 'port',
    help: 'port that serves /metrics over HTTP without a token; else it is on the main port, with one',
  },
  'admission-port': {
    ...port,
    value: 'port',
    help: 'port of the validating webhook, with the same certificate (`keyhook manifests --admission-url` prints its configuration)',
  },
  'tls-cert-file': { ...text, value: 'file', help: 'certificate chain in PEM; read again when it changes' },
  'tls-key-file': { ...text, value: 'file', help: 'key of the certificate in PEM' },
  'tls-client-ca-file': {
    ...text,
    value: 'file',
    help: 'certificates in PEM; callers with a certificate that they signed need no token',
  },
  'token-file': {
    ...texts,
    value: 'files',
    help: 'files with the bearer tokens that are accepted, one a line; separated by commas; read again when they change',
  },
  'fingerprint-key-file': {
    ...texts,
    value: 'files',
    help: 'files with secrets, one a line, the newest first, by which random results of templates are known again after a restart (default: those of --token-file)',
  },
  'insecure-no-auth': { ...truth, help: 'serve everybody who reaches the port', initial: 'false' },
  kubeconfig: {
    ...text,
    value: 'file',
    help: "kubeconfig (default: $KUBECONFIG, the pod's ServiceAccount, ~/.kube/config)",
  },
  'service-account-dir': {
    ...text,
    value: 'dir',
    help: "where the pod's ServiceAccount is mounted: token and ca.crt; both are read again as they change",
    initial: podAccountDir,
  },
  'controller-class': {
    ...text,
    value: 'name',
    help: 'stores with another spec.controller are left alone',
    initial: 'default',
  },
  adopt: {
    ...oneOf('always', 'never'),
    value: 'when',
    help: 'whether an existing Secret that nobody controls is taken over',
    initial: 'always',
  },
  'unsafe-allow-generic-targets': {
    ...truth,
    help: 'allow spec.target.manifest: whoever may write an ExternalSecret then writes objects of any kind that the hook may',
    initial: 'false',
  },
  'template-left-delimiter': {
    ...text,
    value: 'text',
    help: "what begins an action in templates of ExternalSecrets; rewrite.transform and webhook stores keep '{{'",
    initial: '{{',
  },
  'template-right-delimiter': { ...text, value: 'text', help: 'what ends such an action', initial: '}}' },
  'flood-gate': {
    ...truth,
    value: 'bool',
    help: 'whether ExternalSecrets wait for a store that is not Ready',
    initial: 'true',
  },
  'cluster-stores': {
    ...oneOf('on', 'off'),
    value: 'on|off',
    help: 'off leaves ClusterSecretStores, and the ExternalSecrets that name one, alone',
    initial: 'on',
  },
  'watch-targets': {
    ...truth,
    value: 'bool',
    help: 'whether a Secret under creationPolicy Merge or CreateOrMerge is repaired as soon as somebody changes it',
    initial: 'false',
  },
  'push-clean-up-deadline': {
    ...duration(second, 24 * 60 * minute, 'a duration from 1s to 24h'),
    value: 'duration',
    help: 'how long a PushSecret with deletionPolicy Delete that is being deleted waits for its backend; then it goes, and an event names what may be left',
    initial: '10m',
  },
  'store-requeue-interval': {
    ...duration(10 * second, 24 * 60 * minute, 'a duration from 10s to 24h'),
    value: 'duration',
    help: 'how often a store without a refreshInterval is validated',
    initial: '5m',
  },
  'rollout-interval': {
    ...duration(second, 10 * minute, 'a duration from 1s to 10m'),
    value: 'duration',
    help: 'how often the Secrets of a workload are looked at that is restarted when they change',
    initial: '30s',
  },
  'coalesce-window': {
    ...duration(0, minute, 'a duration from 0s to 1m'),
    value: 'duration',
    help: 'how long the answer of one read is shared with those who ask for the same',
    initial: '10s',
  },
  'extended-metric-labels': {
    ...truth,
    help: "let metrics of objects carry what the objects' labels app.kubernetes.io/name and its like say",
    initial: 'false',
  },
  'shutdown-delay': {
    ...duration(0, minute, 'a duration from 0s to 1m'),
    value: 'duration',
    help: 'how long calls are still taken after the signal to stop',
    initial: '5s',
  },
  'log-level': { ...oneOf(...logLevels), value: 'level', help: logLevels.join(', '), initial: 'info' },
} as const satisfies Flags;

/** Variables that change how backends are reached behind every store's back. */
const forbidden = {
  VAULT_TOKEN: 'a store without a token of its own would use it',
  VAULT_SKIP_VERIFY: 'it turns off the verification of certificates',
};

/** The configuration. Throws {@link ConfigError} with everything that is wrong, none of it with its value. */
export function readServeConfig(
  given: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ServeConfig {
  const { values, problems } = readFlags(serveFlags, given, environment);
  const all = [...problems, ...contradictions(values), ...environmentProblems(environment)];
  if (all.length > 0) throw new ConfigError(all);

  const open = values['insecure-no-auth'] === 'true';
  const tls = tlsFiles(values);
  const kubeconfig = values.kubeconfig ?? (environment.KUBECONFIG || undefined);
  const metricsPort = values['metrics-port'];
  const admissionPort = values['admission-port'];
  const host = values.host ?? (open ? '127.0.0.1' : undefined);
  return {
    port: values.port,
    authentication: open ? 'none' : 'required',
    tokenFiles: values['token-file'] ?? [],
    serviceAccountDir: values['service-account-dir'],
    fingerprintKeyFiles: values['fingerprint-key-file'] ?? values['token-file'] ?? [],
    metricLabels: values['extended-metric-labels'] === 'true' ? 'extended' : 'plain',
    logLevel: values['log-level'],
    coalesceWindowMs: values['coalesce-window'],
    shutdownDelayMs: values['shutdown-delay'],
    settings: {
      controllerClass: values['controller-class'],
      adopt: values.adopt,
      floodGate: values['flood-gate'] === 'true',
      clusterStores: values['cluster-stores'],
      watchTargets: values['watch-targets'] === 'true',
      genericTargets: values['unsafe-allow-generic-targets'] === 'true' ? 'allowed' : 'refused',
      templateDelimiters: {
        left: values['template-left-delimiter'],
        right: values['template-right-delimiter'],
      },
      cleanUpDeadlineMs: values['push-clean-up-deadline'],
      storeRequeueMs: values['store-requeue-interval'],
      rolloutIntervalMs: values['rollout-interval'],
    },
    ...(host === undefined ? {} : { host }),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    ...(admissionPort === undefined ? {} : { admissionPort }),
    ...(tls === undefined ? {} : { tls }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
}

type ServeValues = Values<typeof serveFlags>;

function tlsFiles(values: ServeValues): TlsFiles | undefined {
  const certFile = values['tls-cert-file'];
  const keyFile = values['tls-key-file'];
  const clientCaFile = values['tls-client-ca-file'];
  if (certFile === undefined || keyFile === undefined) return undefined;
  return { certFile, keyFile, ...(clientCaFile === undefined ? {} : { clientCaFile }) };
}

function contradictions(values: ServeValues): string[] {
  const has = (name: keyof ServeValues) => values[name] !== undefined;
  const open = values['insecure-no-auth'] === 'true';
  const identified = has('token-file') || has('tls-client-ca-file');
  return [
    ...(has('tls-cert-file') === has('tls-key-file')
      ? []
      : ['--tls-cert-file and --tls-key-file go together']),
    ...(has('admission-port') && !has('tls-cert-file') ? ['--admission-port needs --tls-cert-file'] : []),
    ...(has('tls-client-ca-file') && !has('tls-cert-file')
      ? ['--tls-client-ca-file needs --tls-cert-file']
      : []),
    ...(open || identified
      ? []
      : [
          'callers have to be authenticated: set --token-file or --tls-client-ca-file, or say --insecure-no-auth',
        ]),
    ...(open && identified ? ['--insecure-no-auth contradicts --token-file and --tls-client-ca-file'] : []),
  ];
}

function environmentProblems(environment: Readonly<Record<string, string | undefined>>): string[] {
  const set = Object.entries(forbidden).filter(([name]) => environment[name]);
  return [
    ...set.map(([name, why]) => `${name} has to be unset: ${why}`),
    ...(environment.NODE_TLS_REJECT_UNAUTHORIZED === '0'
      ? ['NODE_TLS_REJECT_UNAUTHORIZED has to be unset: it turns off the verification of certificates']
      : []),
  ];
}
