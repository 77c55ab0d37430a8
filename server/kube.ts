import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type KubeApi, KubeApiError } from './kube-api.ts';
import { createTransport, type KubeEndpoint } from './kube-http.ts';
import { createKubeVerbs } from './kube-verbs.ts';

export interface KubeOptions {
  /** One kubeconfig file, or several as in $KUBECONFIG. Absent: the pod's ServiceAccount, else ~/.kube/config. */
  readonly kubeconfig?: string;
  /** Names the writer in managedFields and in the API server's audit log. */
  readonly userAgent?: string;
}

const inClusterToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** Tokens in files are replaced long before they expire; client-go reads them again once a minute, too. */
const endpointMs = 60_000;

/**
 * {@link KubeApi} over HTTP, with kubeconfigs, ServiceAccount tokens, exec plugins and proxies as
 * @kubernetes/client-node knows them. Its own request path makes a connection for each call, so ours replaces it.
 * Throws a text without content of the file when no kubeconfig can be used.
 */
export function createKubeApi(options: KubeOptions = {}): KubeApi & { close(): void } {
  let config = load(options.kubeconfig);
  let endpoint: { readonly value: Promise<KubeEndpoint>; readonly until: number } | undefined;
  let agent: { readonly key: string; readonly value: HttpAgent } | undefined;

  const build = async (): Promise<KubeEndpoint> => {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new KubeApiError(0, 'NoCluster');
    const request: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(request);
    } catch {
      throw new KubeApiError(0, 'NoCredentials');
    }
    const url = new URL(cluster.server);
    const { ca, cert, key, servername, rejectUnauthorized } = request;
    const material = { ca, cert, key, servername, rejectUnauthorized };
    const digest = createHash('sha256').update(JSON.stringify(material)).digest('hex');
    // An agent whose certificates have been replaced is left to its running calls; its idle sockets time out.
    if (agent?.key !== digest) {
      const value =
        cluster.proxyUrl === undefined ? keepAliveAgent(url, material) : (request.agent as HttpAgent);
      agent = { key: digest, value };
    }
    const basic = request.auth == null ? {} : { authorization: basicAuthorization(request.auth) };
    return { url, agent: agent.value, headers: { ...basic, ...(request.headers as OutgoingHttpHeaders) } };
  };

  const endpoints = {
    current() {
      if (endpoint === undefined || Date.now() >= endpoint.until) {
        const value = build();
        value.catch(() => {
          endpoint = undefined;
        });
        endpoint = { value, until: Date.now() + endpointMs };
      }
      return endpoint.value;
    },
    renew() {
      config = load(options.kubeconfig);
      endpoint = undefined;
    },
  };
  return {
    ...createKubeVerbs(createTransport(endpoints, options.userAgent ?? 'keyhook')),
    close: () => agent?.value.destroy(),
  };
}

function keepAliveAgent(url: URL, material: AgentOptions): HttpAgent {
  const options: AgentOptions = { keepAlive: true, maxSockets: 128, timeout: endpointMs };
  const given = Object.fromEntries(Object.entries(material).filter(([, value]) => value !== undefined));
  return url.protocol === 'https:' ? new HttpsAgent({ ...options, ...given }) : new HttpAgent(options);
}

const basicAuthorization = (auth: string) => `Basic ${Buffer.from(auth).toString('base64')}`;

/** The kubeconfig to use. A parser's error quotes the file, and with it tokens, so none is passed on. */
function load(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const home = join(homedir(), '.kube', 'config');
  if (kubeconfig === undefined && !existsSync(inClusterToken) && !existsSync(home))
    throw new Error('no way to the Kubernetes API is known: set --kubeconfig, or run in a pod');
  try {
    if (kubeconfig === undefined && existsSync(inClusterToken)) config.loadFromCluster();
    else loadFiles(config, (kubeconfig ?? home).split(delimiter));
  } catch {
    throw new Error('the kubeconfig cannot be read');
  }
  // The library refuses plain HTTP otherwise; there is no TLS to verify on it.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  if (config.getCurrentCluster() === null) throw new Error('the kubeconfig names no current cluster');
  return config;
}

function loadFiles(config: KubeConfig, paths: readonly string[]): void {
  const [first, ...others] = paths.filter((path) => path !== '');
  config.loadFromFile(first ?? '');
  for (const path of others) {
    const other = new KubeConfig();
    other.loadFromFile(path);
    config.mergeConfig(other, true);
  }
}
