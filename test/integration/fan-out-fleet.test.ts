// needs: cluster vault
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import { startMetacontroller, startStandIn } from '../scenarios/drivers.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { type RealParts, startRealParts, startRealWorld } from '../scenarios/real-world.ts';
import type { Backend, World } from '../scenarios/world.ts';

const metacontroller = process.env.METACONTROLLER_BIN;
const count = 300;
const second = 1_000;
const name = 'fan-out-fleet';

describe(`a ClusterExternalSecret over ${count} namespaces of a real API server, and a real Vault`, () => {
  let parts: RealParts;
  let world: World;
  let backend: Backend;
  before(async () => {
    parts = await startRealParts();
    world = await startRealWorld(parts, (kubeconfig, api) =>
      metacontroller ? startMetacontroller(metacontroller, kubeconfig) : startStandIn(api),
    );
    await putNamespace(name, {});
    backend = await world.startBackend({ namespace: name, kv: 'v2', access: 'read' });
    await backend.write('db', { password: 'p' });
    const api = world.as('kubectl');
    const names = Array.from({ length: count }, (_, i) => `${name}-${i}`);
    await mapConcurrently(names, 20, (namespace) => putNamespace(namespace, { fleet: 'yes' }));
    await api.create(typeOf('Secret'), tokenSecret(backend.token));
    await api.create(typeOf('ClusterSecretStore'), storeOf(backend));
  });
  after(async () => {
    await backend?.close();
    await world?.stop();
    await parts?.stop();
  });

  const putNamespace = (namespace: string, labels: Record<string, string>) =>
    world
      .as('kubectl')
      .apply(
        typeOf('Namespace'),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
        { fieldManager: 'kubectl', force: true },
      );
  const secretCount = async () => {
    const { items } = await world.as('kubectl').list(typeOf('Secret'));
    return items.filter(({ metadata }) => metadata.name === 'db').length;
  };
  const parent = () => world.as('kubectl').get(typeOf('ClusterExternalSecret'), undefined, name);
  const provisioned = async () =>
    ((await parent()).status as { provisionedNamespaces?: string[] } | undefined)?.provisionedNamespaces ??
    [];

  it('settles within 60 s, each namespace with its Secret, for a handful of reads and one login', async (t) => {
    const started = Date.now();
    await world.as('kubectl').create(typeOf('ClusterExternalSecret'), clusterExternalSecret);
    while ((await secretCount()) < count || readyOf(await parent()) !== 'True') {
      assert.ok(Date.now() - started < 60 * second, `${await secretCount()} Secrets after 60 s`);
      await sleep(200);
    }
    const seconds = (Date.now() - started) / second;
    t.diagnostic(`settled in ${seconds} s: ${backend.reads()} reads`);
    assert.equal((await provisioned()).length, count);
    assert.ok(backend.reads() <= 1 + Math.ceil(seconds / 10), `${backend.reads()} reads`);
  });

  it('an event on an unrelated namespace reads no backend and writes nothing', async () => {
    await settled();
    const reads = backend.reads();
    const before = await versions();
    await putNamespace(`${name}-other`, { fleet: 'no' });
    await putNamespace(`${name}-other`, { fleet: 'no', more: 'labels' });
    await world.as('kubectl').remove(typeOf('Namespace'), undefined, `${name}-other`);
    await sleep(5 * second);
    assert.equal(backend.reads(), reads);
    assert.equal(await versions(), before);
  });

  it('a namespace that comes and one that leaves are acted on within 60 s', async (t) => {
    const started = Date.now();
    await putNamespace(`${name}-late`, { fleet: 'yes' });
    await putNamespace(`${name}-0`, { fleet: 'no' });
    const isDone = async () => {
      const names = await provisioned();
      return (
        names.includes(`${name}-late`) && !names.includes(`${name}-0`) && (await secretCount()) === count
      );
    };
    while (!(await isDone())) {
      assert.ok(Date.now() - started < 60 * second, 'not within 60 s');
      await sleep(200);
    }
    t.diagnostic(`acted on within ${(Date.now() - started) / second} s`);
  });

  /** Until nothing has been written for two seconds. */
  async function settled(): Promise<void> {
    for (let before = '', now = await versions(); now !== before; now = await versions()) {
      before = now;
      await sleep(2 * second);
    }
  }

  async function versions(): Promise<string> {
    const kinds = ['ClusterExternalSecret', 'ExternalSecret', 'Secret'];
    const lists = await Promise.all(kinds.map((kind) => world.as('kubectl').list(typeOf(kind))));
    return lists
      .flatMap(({ items }) => items)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}`)
      .sort()
      .join(' ');
  }
});

const clusterExternalSecret: KubeObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterExternalSecret',
  metadata: { name },
  spec: {
    namespaceSelectors: [{ matchLabels: { fleet: 'yes' } }],
    externalSecretName: 'db',
    externalSecretSpec: {
      refreshInterval: '8760h',
      secretStoreRef: { kind: 'ClusterSecretStore', name },
      data: [{ secretKey: 'password', remoteRef: { key: 'db', property: 'password' } }],
    },
  },
};

function tokenSecret(token: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'vault-token', namespace: name },
    data: { token: Buffer.from(token).toString('base64') },
  };
}

function storeOf({ variables }: Backend): KubeObject {
  const auth = { tokenSecretRef: { name: 'vault-token', namespace: name, key: 'token' } };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name },
    spec: {
      provider: { vault: { server: variables['vault.addr'], path: variables['vault.mount'], auth } },
    },
  };
}

function readyOf({ status }: KubeObject): string | undefined {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.find(({ type }) => type === 'Ready')?.status;
}
