import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { KubeApiError } from './kube-api.ts';
import type { KubeAccessSource } from './kube-http.ts';

/** Where Kubernetes mounts a pod's ServiceAccount. */
export const podAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The API server as a pod finds it (kubernetes.io/docs/tasks/run-application/access-api-from-pod); undefined outside of
 * one. By hand, since @kubernetes/client-node takes 80 MiB and half of the time until the hook is ready.
 */
export function podAccess(
  dir: string,
  {
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: port,
  }: Readonly<Record<string, string | undefined>>,
): KubeAccessSource | undefined {
  const tokenFile = join(dir, 'token');
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  const url = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  return {
    async read() {
      try {
        const [token, ca] = await Promise.all([
          readFile(tokenFile, 'utf8'),
          readFile(join(dir, 'ca.crt'), 'utf8'),
        ]);
        return { url, headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
      } catch {
        throw new KubeApiError(0, 'NoCredentials');
      }
    },
    // Every reading is of the files as they are.
    reload() {},
  };
}
