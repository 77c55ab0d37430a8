import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crds } from '../composite-controllers/definitions.ts';
import { createKubeApi } from '../server/kube.ts';
import type { KubeApi } from '../server/kube-api.ts';
import { startApiServer } from './api/server.ts';
import { createStore } from './api/store.ts';
import { crdType } from './metacontroller/discovery.ts';

/** A small cluster on the loopback interface, with Keyhook's kinds: an API server and a kubeconfig for it. */
export interface LocalCluster {
  readonly url: string;
  readonly kubeconfig: string;
  /** As whoever holds the kubeconfig. */
  readonly api: KubeApi;
  stop(): Promise<void>;
}

/** Starts a {@link LocalCluster}; nothing is left of it after `stop`. */
export async function startLocalCluster(): Promise<LocalCluster> {
  const server = await startApiServer({ store: createStore() });
  const folder = await mkdtemp(join(tmpdir(), 'keyhook-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(configFor(server.url)), { mode: 0o600 });
  const api = createKubeApi({ kubeconfig });
  for (const crd of crds()) await api.create(crdType, crd);
  return {
    url: server.url,
    kubeconfig,
    api,
    async stop() {
      api.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configFor(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server } }],
    users: [{ name: 'local', user: {} }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'local' } }],
    'current-context': 'local',
  };
}
