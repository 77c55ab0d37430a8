import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { definitions } from '../../composite-controllers/definitions.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { compose } from '../../server/compose.ts';
import { readServeConfig } from '../../server/config.ts';
import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import { createLogger } from '../../server/logger.ts';
import { type Running, serve } from '../../server/serve.ts';
import { startLocalCluster } from '../cluster.ts';
import { parseManifests } from '../manifests.ts';
import { namespaceType, secretType } from '../metacontroller/discovery.ts';
import { createStandIn, type StandIn } from '../metacontroller/stand-in.ts';
import { type LocalVault, startLocalVault } from '../vault.ts';

/** Where the story plays: the whole product and all around it, on the loopback interface. */
export interface Stage {
  readonly vault: LocalVault;
  readonly api: KubeApi;
  writeToVault(key: string, data: Readonly<Record<string, string>>): Promise<void>;
  /** Requests for a secret that Vault has had so far. */
  readsSoFar(): number;
  externalSecret(name: string): Promise<KubeObject>;
  secret(name: string): Promise<SecretObject | undefined>;
  create(object: KubeObject): Promise<void>;
  /** Ends hook and driver and starts both anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const namespace = 'shop';
export const externalSecretType: ResourceType = {
  group: 'external-secrets.io',
  version: 'v1',
  resource: 'externalsecrets',
  kind: 'ExternalSecret',
  namespaced: true,
};
const storeType: ResourceType = { ...externalSecretType, resource: 'secretstores', kind: 'SecretStore' };
const compositeType: ResourceType = {
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
};
const types = [namespaceType, secretType, storeType, externalSecretType];

/** Builds the {@link Stage}: a Vault, a cluster, the server over HTTP with a token, and Metacontroller's stand-in. */
export async function buildStage(): Promise<Stage> {
  const vault = await startLocalVault();
  const cluster = await startLocalCluster();
  const { api } = cluster;
  const token = randomBytes(24).toString('base64url');
  const tokenFile = join(dirname(cluster.kubeconfig), 'token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const create = async (object: KubeObject) => {
    const type = types.find(({ kind }) => kind === object.kind);
    if (type === undefined) throw new Error(`the demo has no use for a ${object.kind}`);
    await api.create(type, object);
  };

  let hook = await startHook(cluster.kubeconfig, tokenFile, 0);
  const port = Number(new URL(hook.url).port);
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'keyhook' } });
  await create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keyhook-token', namespace: 'keyhook' },
    data: { token: Buffer.from(token).toString('base64') },
  });
  const bearerTokenSecret = { namespace: 'keyhook', name: 'keyhook-token', key: 'token' };
  for (const definition of definitions({ hookUrl: hook.url, bearerTokenSecret }))
    await api.create(compositeType, definition);
  let driver = await startDriver(api);

  return {
    vault,
    api,
    create,
    async writeToVault(key, data) {
      const headers = { 'x-vault-token': vault.rootToken };
      const body = JSON.stringify({ data });
      const { ok } = await fetch(`${vault.url}/v1/secret/data/${key}`, { method: 'POST', headers, body });
      if (!ok) throw new Error('the Vault of the demo did not take a value');
    },
    readsSoFar() {
      const reads = [...vault.requests].filter(([line]) => line.startsWith('GET /v1/secret/data/'));
      return reads.reduce((sum, [, count]) => sum + count, 0);
    },
    externalSecret: (name) => api.get(externalSecretType, namespace, name),
    secret: async (name) => {
      const { items } = await api.list(secretType, { namespace });
      return items.find(({ metadata }) => metadata.name === name) as SecretObject | undefined;
    },
    async restart() {
      await driver.stop();
      await hook.close();
      hook = await startHook(cluster.kubeconfig, tokenFile, port);
      driver = await startDriver(api);
    },
    async stop() {
      await driver.stop();
      await hook.close();
      await cluster.stop();
      await vault.close();
    },
  };
}

/** The manifests of the demo, for this Vault. */
export async function demoManifests(vault: LocalVault): Promise<readonly KubeObject[]> {
  const file = join(import.meta.dirname, '../../examples/demo/demo.yaml');
  const text = (await readFile(file, 'utf8'))
    .replaceAll(/\$\{VAULT_TOKEN\}/g, vault.createToken([`secret/data/${namespace}/`]))
    .replaceAll(/\$\{VAULT\}/g, vault.url);
  return parseManifests(text).objects;
}

/** What `check` gives once it gives something; undefined when it does not within the time (ms). */
export async function eventually<T>(
  check: () => Promise<T | undefined>,
  within: number,
): Promise<T | undefined> {
  const end = Date.now() + within;
  for (;;) {
    const value = await check();
    if (value !== undefined || Date.now() > end) return value;
    await sleep(50);
  }
}

async function startHook(kubeconfig: string, tokenFile: string, port: number): Promise<Running> {
  const flags = {
    host: '127.0.0.1',
    port: String(port),
    kubeconfig,
    'token-file': tokenFile,
    'shutdown-delay': '0s',
  };
  const config = readServeConfig(flags, {});
  return serve(config, createLogger('silent'), compose);
}

async function startDriver(api: KubeApi): Promise<StandIn> {
  const driver = createStandIn({ api, workers: 10 });
  await driver.start();
  return driver;
}
