import type { OutgoingHttpHeaders } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import { createRequire } from 'node:module';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeApiError } from './kube-api.ts';
import type { KubeAccess, KubeAccessSource } from './kube-http.ts';

/**
 * The API server of a kubeconfig, with tokens, certificates, exec plugins and proxies as @kubernetes/client-node knows
 * them. Its own request path makes a connection for each call, so ours replaces it. Throws a text without content of the
 * files when they cannot be used.
 */
export function kubeconfigAccess(paths: readonly string[]): KubeAccessSource {
  let config = load(paths);
  return {
    async read() {
      const cluster = config.getCurrentCluster();
      if (cluster === null) throw new KubeApiError(0, 'NoCluster');
      const request: RequestOptions = {};
      try {
        await config.applyToHTTPSOptions(request);
      } catch {
        throw new KubeApiError(0, 'NoCredentials');
      }
      const { ca, cert, key, servername, rejectUnauthorized } = request;
      const basic = request.auth == null ? {} : { authorization: basicAuthorization(request.auth) };
      const access: KubeAccess = {
        url: new URL(cluster.server),
        headers: { ...basic, ...(request.headers as OutgoingHttpHeaders) },
        tls: { ca, cert, key, servername, rejectUnauthorized },
      };
      return cluster.proxyUrl === undefined ? access : { ...access, agent: request.agent as Agent };
    },
    reload() {
      config = load(paths);
    },
  };
}

const basicAuthorization = (auth: string) => `Basic ${Buffer.from(auth).toString('base64')}`;

/** The kubeconfig to use. A parser's error quotes the file, and with it tokens, so none is passed on. */
function load(paths: readonly string[]): KubeConfig {
  let config: KubeConfig;
  try {
    config = read(paths.filter((path) => path !== ''));
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

/** The library is loaded here, since a pod does without it. */
const require = createRequire(import.meta.url);

function read([first, ...others]: readonly string[]): KubeConfig {
  const library: typeof import('@kubernetes/client-node') = require('@kubernetes/client-node');
  const config = new library.KubeConfig();
  config.loadFromFile(first ?? '');
  for (const path of others) {
    const other = new library.KubeConfig();
    other.loadFromFile(path);
    config.mergeConfig(other, true);
  }
  return config;
}
