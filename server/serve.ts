import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server as TlsServer } from 'node:tls';
import { getHeapStatistics } from 'node:v8';
import type { Admission } from '../composite-controllers/admission.ts';
import { createAdmissionServer } from './admission-server.ts';
import { buildApp } from './app.ts';
import { type Authenticator, createAuthenticator, noAuthentication } from './auth.ts';
import type { Parts, Ports } from './compose.ts';
import type { ServeConfig } from './config.ts';
import { createEventWriter, type EventWriter } from './events.ts';
import { createFingerprints } from './fingerprints.ts';
import { createGate } from './gate.ts';
import { createKubeApi } from './kube.ts';
import type { KubeApi } from './kube-api.ts';
import { generatorObjects, generatorStates } from './kube-generators.ts';
import { clusterNamespaces, kubeReader, targetObjects, targetSecrets } from './kube-ports.ts';
import { failureFields, type ProcessLog } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createMetricsServer } from './metrics-server.ts';
import { createTemplateRunner } from './templates.ts';
import { loadCertificate, type ServerCertificate } from './tls.ts';

/** A process that serves. */
export interface Running {
  /** Where the hooks are, such as `https://10.0.0.7:8443`. */
  readonly url: string;
  /** Where /metrics is without a token; absent without `--metrics-port`. */
  readonly metricsUrl?: string;
  /** Where the validating webhook is; absent without `--admission-port`. */
  readonly admissionUrl?: string;
  /** Answers what is under way, writes what is pending, then lets go of everything. Never rejects. */
  close(): Promise<void>;
}

/** Of request bodies; parsed and answered, one takes about three times as much of the heap, which fits the container. */
const maxBytesInFlight = Math.min(256 * 1024 * 1024, getHeapStatistics().heap_size_limit / 4);
const maxCalls = 1_000;
/** Below `webhook.timeout` (15 s), with a second for what a controller has to say at its end. */
const callDeadlineMs = 12_000;
const reloadMs = 10_000;
/** More than a call may take. */
const drainMs = 15_000;
const eventDrainMs = 3_000;

/**
 * Starts everything, in order, and ends it in the opposite one. Rejects with a value-free text when something cannot be
 * had; nothing is left running then.
 */
export async function serve(
  config: ServeConfig,
  log: ProcessLog,
  compose: (ports: Ports) => Parts,
): Promise<Running> {
  const endings: (() => unknown)[] = [];
  const close = async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) {
      try {
        await end();
      } catch (error) {
        log.warn(failureFields(error), 'a part did not end well');
      }
    }
  };
  try {
    const urls = await start(config, log, compose, endings);
    let closing: Promise<void> | undefined;
    return {
      ...urls,
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  config: ServeConfig,
  log: ProcessLog,
  compose: (ports: Ports) => Parts,
  endings: (() => unknown)[],
): Promise<Omit<Running, 'close'>> {
  const now = Date.now;
  const gate = createGate({ maxBytes: maxBytesInFlight, maxCalls, random: Math.random });
  const metrics = createMetrics({
    now,
    bytesInFlight: gate.bytes,
    process: 'measured',
    labels: config.metricLabels,
  });
  const auth = await authenticator(config, log);
  endings.push(auth.stop);
  const certificate = config.tls && (await loadCertificate(config.tls));

  const { kubeconfig, serviceAccountDir } = config;
  const api = createKubeApi({ kubeconfig, serviceAccountDir });
  endings.push(api.close);
  const fingerprints = await createFingerprints({
    keyFiles: config.fingerprintKeyFiles,
    log,
    intervalMs: reloadMs,
  });
  const templates = createTemplateRunner();
  endings.push(fingerprints.stop, templates.close);
  const surroundings = { api, now, templates, fingerprints };
  const { controllers, decorators, backends, events, admissions } = parts(
    config,
    log,
    metrics,
    surroundings,
    compose,
  );
  endings.push(backends.close, () => events.close(eventDrainMs));

  let state: 'ready' | 'stopping' = 'ready';
  const app = buildApp({
    controllers,
    decorators,
    gate,
    metrics,
    log,
    auth,
    deadlineMs: callDeadlineMs,
    ready: () => state === 'ready',
    ...(certificate === undefined ? {} : { tls: certificate.options }),
  });
  // Calls end by their deadline; a caller that doesn't take its answer is not waited for.
  endings.push(() => Promise.race([app.close(), sleep(drainMs, undefined, { ref: false })]));
  const host = config.host ?? everyAddress();
  const metricsUrl = await listenForScrapers(host, config, metrics, endings);
  const admissionUrl = await listenForReviews(host, config, certificate, admissions, log, endings);
  await app.listen({ host, port: config.port });
  const follower = certificate?.follow(app.server as unknown as TlsServer, log, reloadMs);
  endings.push(
    () => follower?.stop(),
    // Until every Service and proxy has heard of it, callers still come here.
    () => sleep(config.shutdownDelayMs),
    () => {
      state = 'stopping';
      log.info({}, 'stopping');
    },
  );

  const url = urlOf(certificate === undefined ? 'http' : 'https', app.server);
  log.info({ url, controllers: controllers.length, authentication: config.authentication }, 'serving');
  if (certificate === undefined) log.warn({}, 'without TLS, Secrets travel as plain text');
  return {
    url,
    ...(metricsUrl === undefined ? {} : { metricsUrl }),
    ...(admissionUrl === undefined ? {} : { admissionUrl }),
  };
}

interface Surroundings extends Pick<Ports, 'now' | 'templates' | 'fingerprints'> {
  readonly api: KubeApi;
}

function parts(
  config: ServeConfig,
  log: ProcessLog,
  metrics: Metrics,
  { api, ...rest }: Surroundings,
  compose: (ports: Ports) => Parts,
): Parts & { events: EventWriter } {
  const { now } = rest;
  const events = createEventWriter({ api, now, onDropped: metrics.eventDropped });
  const composed = compose({
    kube: kubeReader(api),
    secrets: targetSecrets(api),
    objects: targetObjects(api),
    generatorObjects: generatorObjects(api),
    generatorStates: generatorStates(api),
    namespaces: clusterNamespaces(api),
    events,
    log,
    observer: metrics.backends,
    settings: config.settings,
    ...rest,
    coalesceWindowMs: config.coalesceWindowMs,
  });
  return { ...composed, events };
}

async function authenticator(config: ServeConfig, log: ProcessLog): Promise<Authenticator> {
  if (config.authentication === 'none') {
    log.warn({}, 'without authentication, whoever reaches the port is handed Secrets');
    return noAuthentication;
  }
  const clientCertificates = config.tls?.clientCaFile === undefined ? 'ignored' : 'accepted';
  return createAuthenticator({
    tokenFiles: config.tokenFiles,
    clientCertificates,
    log,
    intervalMs: reloadMs,
  });
}

/** Of IPv6 where the machine has it, which takes IPv4 as well; a pod may have either or both. */
function everyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
}

async function listenForScrapers(
  host: string,
  config: ServeConfig,
  metrics: Metrics,
  endings: (() => unknown)[],
): Promise<string | undefined> {
  if (config.metricsPort === undefined) return undefined;
  const server = createMetricsServer(metrics);
  server.listen(config.metricsPort, host);
  await once(server, 'listening');
  endings.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `${urlOf('http', server)}/metrics`;
}

async function listenForReviews(
  host: string,
  config: ServeConfig,
  certificate: ServerCertificate | undefined,
  admissions: readonly Admission[],
  log: ProcessLog,
  endings: (() => unknown)[],
): Promise<string | undefined> {
  if (config.admissionPort === undefined || certificate === undefined) return undefined;
  const server = createAdmissionServer(certificate.options, admissions, log);
  server.listen(config.admissionPort, host);
  await once(server, 'listening');
  const follower = certificate.follow(server, log, reloadMs);
  endings.push(() => {
    follower.stop();
    server.close();
    server.closeAllConnections();
  });
  return urlOf('https', server);
}

function urlOf(scheme: 'http' | 'https', server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const everywhere = address === '0.0.0.0' || address === '::';
  return `${scheme}://${everywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
