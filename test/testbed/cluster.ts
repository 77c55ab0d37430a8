import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.ts';
import { http } from '../support/http.ts';
import { type Service, serviceDir, startService, whenReady } from '../support/processes.ts';
import { type Access, createAccounts, type User } from './access.ts';
import { build } from './build.ts';

export interface ClusterOptions {
  /** Who may authenticate beside the admin, for tests of RBAC. */
  readonly users?: readonly User[];
}

/**
 * A real API server with etcd behind it and, of the controllers, garbage collection (which takes up to a minute to notice a
 * new CRD), namespace deletion, default ServiceAccounts and aggregated ClusterRoles. No nodes. RBAC is on.
 */
export interface Cluster {
  readonly server: string;
  readonly caPem: string;
  /** A member of system:masters. */
  readonly admin: Access;
  /** Verifies the tokens of ServiceAccounts. */
  readonly serviceAccountKeyPem: string;
  /** Access of one of the `users` that the cluster was started with. */
  user(name: string): Access;
  /** What kubectl prints, as the admin unless `args` say otherwise. Rejects with its complaint. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** Server-side apply, by force, of objects in order. */
  apply(...objects: readonly object[]): Promise<void>;
  /** A token by the TokenRequest API, for an hour. */
  serviceAccountToken(namespace: string, name: string, audiences?: readonly string[]): Promise<string>;
  /** Kills the API server and starts it anew with the same address, certificate and data. */
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

const controllerNames = [
  'clusterrole-aggregation-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
];
const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

/** Starts a {@link Cluster}; it ends with the test process at the latest. */
export async function startCluster({ users = [] }: ClusterOptions = {}): Promise<Cluster> {
  const etcdProgram = join(await build('etcd'), 'etcd');
  const programs = await build('kubernetes');
  const [etcdPort, peerPort, serverPort, controllersPort] = await freePorts(4);
  const [etcdUrl, peerUrl] = [`http://127.0.0.1:${etcdPort}`, `http://127.0.0.1:${peerPort}`];
  const server = `https://127.0.0.1:${serverPort}`;

  const dir = serviceDir('cluster');
  const inDir = (name: string) => join(dir.path, name);
  const accounts = await createAccounts(dir.path, [{ name: 'admin', groups: ['system:masters'] }, ...users]);
  const admin = accounts.access('admin');
  const serviceAccountKeyPem = await writeServiceAccountKeys(inDir('sa.key'), inDir('sa.pub'));

  const start = (name: string, command: string, flags: Readonly<Record<string, unknown>>): Service => {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    return startService(name, { command, args, dir: dir.path });
  };
  const startApiServer = () =>
    start('kube-apiserver', join(programs, 'kube-apiserver'), {
      'etcd-servers': etcdUrl,
      'bind-address': '127.0.0.1',
      'secure-port': serverPort,
      'cert-dir': inDir('certificates'),
      'token-auth-file': accounts.tokensPath,
      'authorization-mode': 'RBAC',
      'service-account-issuer': serviceAccountIssuer,
      'service-account-signing-key-file': inDir('sa.key'),
      'service-account-key-file': inDir('sa.pub'),
      'service-cluster-ip-range': '10.0.0.0/24',
      'endpoint-reconciler-type': 'none', // Endpoints may not hold loopback addresses.
    });
  // The server makes its own certificate when it first starts; its issuer's stands at the end of the file.
  const readCa = () => readFile(inDir('certificates/apiserver.crt'), 'utf8');
  const readyz = async () => {
    const headers = { authorization: `Bearer ${admin.token}` };
    const { status, body } = await http({ url: `${server}/readyz`, caPem: await readCa(), headers });
    if (status !== 200) throw new Error(`kube-apiserver is not ready: ${body}`);
  };
  const kubectl = (args: readonly string[], stdin = '') =>
    execute(
      join(programs, 'kubectl'),
      ['--kubeconfig', admin.kubeconfigPath, '--cache-dir', inDir('kubectl-cache'), ...args],
      stdin,
    );

  const etcd = start('etcd', etcdProgram, {
    'data-dir': inDir('etcd'),
    'listen-client-urls': etcdUrl,
    'advertise-client-urls': etcdUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    'unsafe-no-fsync': true,
    'log-level': 'warn',
  });
  let apiServer = startApiServer();
  await whenReady(apiServer, readyz);
  const caPem = await readCa();
  await accounts.writeKubeconfigs(server, caPem);
  const controllers = start('kube-controller-manager', join(programs, 'kube-controller-manager'), {
    kubeconfig: admin.kubeconfigPath,
    controllers: controllerNames.join(','),
    'leader-elect': false,
    'bind-address': '127.0.0.1',
    'secure-port': controllersPort,
  });
  await whenReady(controllers, () => kubectl(['get', 'serviceaccount', 'default', '-n', 'default']));

  return {
    server,
    caPem,
    admin,
    serviceAccountKeyPem,
    user: accounts.access,
    kubectl,
    async apply(...objects) {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(list));
    },
    async serviceAccountToken(namespace, name, audiences = []) {
      const wanted = audiences.map((audience) => `--audience=${audience}`);
      return (await kubectl(['create', 'token', name, '-n', namespace, ...wanted])).trim();
    },
    async restartApiServer() {
      await apiServer.stop('at once');
      apiServer = startApiServer();
      await whenReady(apiServer, readyz);
    },
    async stop() {
      for (const service of [controllers, apiServer, etcd]) await service.stop('at once');
      await dir.remove();
    },
  };
}

/** Returns the public key. */
async function writeServiceAccountKeys(privatePath: string, publicPath: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await writeFile(privatePath, privateKey, { mode: 0o600 });
  await writeFile(publicPath, publicKey);
  return publicKey;
}

function execute(program: string, args: readonly string[], stdin: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
    if (error === null) resolve(stdout);
    else reject(new Error(`kubectl ${args.join(' ')}: ${stderr}`));
  });
  child.stdin?.on('error', () => {}); // It may end before it has read.
  child.stdin?.end(stdin);
  return promise;
}
