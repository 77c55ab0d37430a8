import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { http } from '../support/http.ts';
import { serviceDir, startService, whenReady } from '../support/processes.ts';
import { build } from './build.ts';
import type { Cluster } from './cluster.ts';

export interface VaultOptions {
  /** Serves HTTPS; with `clientCaPem` only to clients whose certificate comes from there. */
  readonly tls?: {
    readonly server: Identity;
    readonly caPem: string;
    readonly clients?: { readonly caPem: string; readonly identity: Identity };
  };
}

/** A JSON object that Vault answered; numbers are JavaScript's. */
export type VaultAnswer = Readonly<Record<string, unknown>>;

/** A real Vault, empty and unsealed. Its helpers act with the root token, and reject what Vault does not answer with 2xx. */
export interface Vault {
  readonly address: string;
  readonly rootToken: string;
  /** `undefined` for an answer without content. */
  read(path: string): Promise<VaultAnswer | undefined>;
  /** `json` is an object, or JSON text when its exact spelling matters. */
  write(path: string, json?: object | string): Promise<VaultAnswer | undefined>;
  remove(path: string): Promise<void>;
  /** Mounts a KV engine and waits until it answers. */
  enableKv(mount: string, version: 1 | 2): Promise<void>;
  policy(name: string, rules: string): Promise<void>;
  enableAuth(type: AuthType, mount?: string): Promise<void>;
  /** Enables `auth/<mount>` (kubernetes) so that it asks the cluster's TokenReview. */
  enableKubernetesAuth(cluster: Cluster, mount?: string): Promise<void>;
  stop(): Promise<void>;
}

/** The auth methods that vaultd has. */
export type AuthType = 'approle' | 'aws' | 'cert' | 'jwt' | 'kubernetes' | 'ldap' | 'userpass';

const reviewer = { namespace: 'kube-system', name: 'vault-token-reviewer' };
const tokenReviewer = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: reviewer },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: reviewer.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [{ kind: 'ServiceAccount', ...reviewer }],
  },
];

/** Starts a {@link Vault}; it ends with the test process at the latest. */
export async function startVault({ tls }: VaultOptions = {}): Promise<Vault> {
  const programs = await build('vaultd');
  const dir = serviceDir('vault');
  const file = async (name: string, content: string) => {
    const path = join(dir.path, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const args: string[] = [];
  if (tls !== undefined) {
    args.push('-tls-cert', await file('tls.crt', tls.server.certPem));
    args.push('-tls-key', await file('tls.key', tls.server.keyPem));
    if (tls.clients !== undefined) args.push('-client-ca', await file('clients.crt', tls.clients.caPem));
  }
  const service = startService('vaultd', { command: join(programs, 'vaultd'), args, dir: dir.path });
  const { address, token: rootToken } = await whenReady(service, async () => {
    const [line] = /^\{"address".*\}$/m.exec(service.log()) ?? [];
    if (line === undefined) throw new Error('vaultd has not said its address');
    return JSON.parse(line) as { address: string; token: string };
  });

  const call = async (method: string, path: string, json?: object | string) => {
    const { status, body } = await http({
      url: `${address}/v1/${path}`,
      method,
      headers: { 'x-vault-token': rootToken },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
      ...(tls === undefined ? {} : { caPem: tls.caPem }),
      ...(tls?.clients === undefined ? {} : { identity: tls.clients.identity }),
    });
    if (status >= 300) throw new Error(`Vault answered ${status} to ${method} ${path}: ${body}`);
    return body.length === 0 ? undefined : (JSON.parse(body.toString()) as VaultAnswer);
  };
  const write = (path: string, json: object | string = {}) => call('POST', path, json);
  const enableAuth = async (type: AuthType, mount: string = type) => {
    await write(`sys/auth/${mount}`, { type });
  };

  return {
    address,
    rootToken,
    read: (path) => call('GET', path),
    write,
    async remove(path) {
      await call('DELETE', path);
    },
    async enableKv(mount, version) {
      await write(`sys/mounts/${mount}`, { type: 'kv', options: { version: String(version) } });
      // Version 2 refuses everything for a moment while it prepares its storage.
      if (version === 2) await eventually(() => call('GET', `${mount}/config`));
    },
    async policy(name, rules) {
      await write(`sys/policies/acl/${name}`, { policy: rules });
    },
    enableAuth,
    async enableKubernetesAuth(cluster, mount = 'kubernetes') {
      await cluster.apply(...tokenReviewer);
      await enableAuth('kubernetes', mount);
      await write(`auth/${mount}/config`, {
        kubernetes_host: cluster.server,
        kubernetes_ca_cert: cluster.caPem,
        token_reviewer_jwt: await cluster.serviceAccountToken(reviewer.namespace, reviewer.name),
      });
    },
    async stop() {
      await service.stop('at once');
      await dir.remove();
    },
  };
}
