import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeApi } from './kube-api.ts';
import { kubeconfigAccess } from './kube-config.ts';
import { createTransport, type KubeAccessSource, type KubeEndpoint } from './kube-http.ts';
import { podAccess, podAccountDir } from './kube-pod.ts';
import { createKubeVerbs } from './kube-verbs.ts';

export interface KubeOptions {
  /** One kubeconfig file, or several as in $KUBECONFIG. Absent: the pod's ServiceAccount, else ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  /** Where the pod's ServiceAccount is mounted. */
  readonly serviceAccountDir?: string;
  /** Names the writer in managedFields and in the API server's audit log. */
  readonly userAgent?: string;
}

/** Tokens in files are replaced long before they expire; client-go reads them again once a minute, too. */
const endpointMs = 60_000;

/** {@link KubeApi} over HTTP. Throws a text without content of any file when no way to the API server can be used. */
export function createKubeApi(options: KubeOptions = {}): KubeApi & { close(): void } {
  const source = sourceOf(options);
  let endpoint: { readonly value: Promise<KubeEndpoint>; readonly until: number } | undefined;
  let agent: { readonly key: string; readonly value: HttpAgent } | undefined;

  const build = async (): Promise<KubeEndpoint> => {
    const access = await source.read();
    const key = createHash('sha256').update(JSON.stringify(access.tls)).digest('hex');
    // An agent whose certificates have been replaced is left to its running calls; its idle sockets time out.
    if (agent?.key !== key) agent = { key, value: access.agent ?? keepAliveAgent(access) };
    return { url: access.url, agent: agent.value, headers: access.headers };
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
      source.reload();
      endpoint = undefined;
    },
  };
  return {
    ...createKubeVerbs(createTransport(endpoints, options.userAgent ?? 'keyhook')),
    close: () => agent?.value.destroy(),
  };
}

function sourceOf({ kubeconfig, serviceAccountDir = podAccountDir }: KubeOptions): KubeAccessSource {
  if (kubeconfig !== undefined) return kubeconfigAccess(kubeconfig.split(delimiter));
  const pod = podAccess(serviceAccountDir, process.env);
  if (pod !== undefined) return pod;
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return kubeconfigAccess([home]);
  throw new Error('no way to the Kubernetes API is known: set --kubeconfig, or run in a pod');
}

function keepAliveAgent({ url, tls }: { readonly url: URL; readonly tls: AgentOptions }): HttpAgent {
  const options: AgentOptions = { keepAlive: true, maxSockets: 128, timeout: endpointMs };
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  return url.protocol === 'https:' ? new HttpsAgent({ ...options, ...given }) : new HttpAgent(options);
}
