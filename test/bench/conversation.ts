import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { definitions } from '../../composite-controllers/definitions.ts';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type LocalCluster, startLocalCluster } from '../../local/cluster.ts';
import { createStandIn } from '../../local/metacontroller/stand-in.ts';
import type { ResourceType } from '../../server/kube-api.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { http } from '../support/http.ts';
import { startRecordingProxy } from '../support/recording-proxy.ts';
import { type Server, startServer } from './child.ts';
import { externalSecret, manifests } from './manifests.ts';
import { startPod } from './pod.ts';

/** A conversation of a hook with its driver, cut short while nothing was due. */
export interface Conversation {
  /** Starts another hook, which is to carry the conversation on. */
  startHook(): Promise<Server>;
  readonly token: string;
  /** Bodies of the last sync call about each ExternalSecret: synced, and not due for hours. */
  readonly bodies: readonly Buffer[];
  stop(): Promise<void>;
}

/** Records what is said about so many ExternalSecrets: a hook as it ships, the API server and the driver of `local/`. */
export async function recordConversation(count: number): Promise<Conversation> {
  const cluster = await startLocalCluster();
  const pod = await startPod(cluster.url);
  const token = randomBytes(24).toString('base64url');
  const tokenFile = join(dirname(cluster.kubeconfig), 'token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const flags = {
    host: '127.0.0.1',
    port: '0',
    'token-file': tokenFile,
    'shutdown-delay': '0s',
    ...pod.flags,
  };
  const startHook = () => startServer('hook.ts', flags, pod.env);
  const stop = async () => {
    await pod.stop();
    await cluster.stop();
  };
  const hook = await startHook();
  const proxy = await startRecordingProxy(hook.url);
  try {
    await install(cluster, proxy.url, token);
    for (const object of manifests()) await cluster.api.create(typeOf(object.kind), object);
    for (let i = 0; i < count; i++) await cluster.api.create(typeOf('ExternalSecret'), externalSecret(i));
    await drive(cluster, () => allReady(cluster, count));
    const before = proxy.requests.length;
    // A driver that has just begun goes over everything once, and finds nothing to do.
    await drive(cluster, async () => lastBodies(proxy.requests.slice(before)).length === count);
    const bodies = lastBodies(proxy.requests.slice(before));
    return { startHook, token, bodies, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await proxy.close();
    await hook.stop();
  }
}

const compositeType: ResourceType = {
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
};

/** Throws when a call of the conversation was not what it is to be: the hook read its backend. */
export async function assertNothingWasDue(hookUrl: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const { status, body } = await http({ url: `${hookUrl}/metrics`, headers });
  if (status !== 200) throw new Error(`/metrics answered ${status}`);
  if (/^keyhook_backend_reads_total\{/m.test(body.toString())) throw new Error('an ExternalSecret was due');
}

async function install({ api }: LocalCluster, hookUrl: string, token: string): Promise<void> {
  const bearerTokenSecret = { namespace: 'keyhook', name: 'keyhook-token', key: 'token' };
  await api.create(typeOf('Namespace'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: bearerTokenSecret.namespace },
  });
  await api.create(typeOf('Secret'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: bearerTokenSecret.name, namespace: bearerTokenSecret.namespace },
    data: { token: Buffer.from(token).toString('base64') },
  });
  for (const definition of definitions({ hookUrl, bearerTokenSecret }))
    await api.create(compositeType, definition);
}

/** Runs a driver until the condition holds. Rejects when it does not within two minutes. */
async function drive({ api }: LocalCluster, isOver: () => Promise<boolean>): Promise<void> {
  const driver = createStandIn({ api, workers: 8 });
  await driver.start();
  try {
    const end = performance.now() + 120_000;
    while (!(await isOver())) {
      if (performance.now() > end) throw new Error('the conversation comes to no end');
      await sleep(200);
    }
  } finally {
    await driver.stop();
  }
}

async function allReady({ api }: LocalCluster, count: number): Promise<boolean> {
  const { items } = await api.list(typeOf('ExternalSecret'), {});
  const ready = items.filter(({ status }) =>
    (status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    ),
  );
  return ready.length === count;
}

function lastBodies(
  requests: readonly { path: string; body: Buffer; status?: number | undefined }[],
): Buffer[] {
  const bodies = new Map<string, Buffer>();
  for (const { path, body, status } of requests) {
    if (path !== '/hooks/externalsecret/sync' || status !== 200) continue;
    const { parent } = JSON.parse(body.toString()) as { parent: KubeObject };
    bodies.set(parent.metadata.uid ?? '', body);
  }
  return [...bodies.values()];
}
