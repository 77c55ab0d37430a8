import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApiServer } from '../../local/api/server.ts';
import { createStore, type Store } from '../../local/api/store.ts';
import { startLocalVault } from '../../local/vault.ts';
import { createKubeApi } from '../../server/kube.ts';
import { KubeApiError } from '../../server/kube-api.ts';
import { tempDir } from '../support/temp-dir.ts';
import { assembleWorld } from './assemble.ts';
import { startStandIn } from './drivers.ts';
import { createEndings } from './endings.ts';
import { installKinds } from './installation.ts';
import { createVaultBackend } from './vault-backend.ts';
import type { Backend, BackendRequest, World } from './world.ts';

/** A {@link World} that needs Node alone: our own API server over HTTP, the stand-in, and a Vault for each scenario. */
export async function startLocalWorld(): Promise<World> {
  const endings = createEndings();
  return endings.orFail(async () => {
    const store = createStore();
    const token = randomBytes(24).toString('hex');
    const server = await startApiServer({ store, token });
    endings.add(server.close);
    const kubeconfig = join(tempDir('local-world'), 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(server.url, token), { mode: 0o600 });
    const installer = createKubeApi({ kubeconfig });
    endings.add(async () => installer.close());
    await installKinds(installer);
    const refused = refusals(store);
    const surroundings = {
      kubeconfig,
      confidential: [token],
      startBackend,
      refuseSecrets: async (namespace: string) => void refused.add(namespace),
      admitSecrets: async (namespace: string) => void refused.delete(namespace),
    };
    const world = await assembleWorld(surroundings, (_, api) => startStandIn(api));
    endings.add(world.stop);
    return { ...world, stop: endings.end };
  });
}

/** Namespaces in which Secrets are refused from the moment that they are in the set. */
function refusals(store: Store): Set<string> {
  const refused = new Set<string>();
  store.intercept(({ type, verb, object }) => {
    const isRefused =
      type.kind === 'Secret' && verb !== 'delete' && refused.has(object.metadata.namespace ?? '');
    if (isRefused) throw new KubeApiError(403, 'Forbidden', 'exceeded quota: no-secrets');
  });
  return refused;
}

async function startBackend({ namespace, kv, access }: BackendRequest): Promise<Backend> {
  const mount = `kv-${namespace}`;
  const grants = access === 'write' ? [{ write: mount }] : [mount];
  const vault = await startLocalVault({
    mounts: { [mount]: kv },
    // Without a slash the prefix covers a mount that does not exist, for those who misspell it.
    kubernetesRoles: { [namespace]: grants },
  });
  return createVaultBackend({
    address: vault.url,
    rootToken: vault.rootToken,
    mount,
    kv,
    token: vault.createToken(grants),
    variables: { 'vault.role': namespace },
    close: vault.close,
  });
}

function kubeconfigOf(server: string, token: string): string {
  const name = 'local';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
