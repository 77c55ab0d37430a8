// needs: cluster vault
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi } from '../../server/kube-api.ts';
import { startMetacontroller, startStandIn } from '../scenarios/drivers.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { type RealParts, startRealParts, startRealWorld } from '../scenarios/real-world.ts';
import type { Backend, World } from '../scenarios/world.ts';

const metacontroller = process.env.METACONTROLLER_BIN;
const paths = 50;
const second = 1_000;

/** Many ExternalSecrets of one store in one namespace, two properties each, over {@link paths} secrets of a Vault. */
interface Fleet {
  readonly namespace: string;
  readonly backend: Backend;
  /** Creates them all at once; resolves with the seconds until each is Ready. */
  create(count: number, refreshInterval: string): Promise<number>;
  /** Those that are Ready, or with `False`, those that are not. */
  withReady(status: 'True' | 'False'): Promise<KubeObject[]>;
  /** `name@resourceVersion` of every ExternalSecret, Secret and store. */
  versions(): Promise<string>;
}

describe('a thousand ExternalSecrets on a real API server and a real Vault', () => {
  let parts: RealParts;
  let world: World;
  before(async () => {
    parts = await startRealParts();
    world = await startRealWorld(parts, (kubeconfig, api) =>
      metacontroller ? startMetacontroller(metacontroller, kubeconfig) : startStandIn(api),
    );
  });
  after(async () => {
    await world?.stop();
    await parts?.stop();
  });

  it('500 with two properties each over 50 secrets cost a read for each secret and one login', async (t) => {
    const fleet = await createFleet(world, 'fleet-burst', t);
    const seconds = await fleet.create(500, '1h');
    const reads = fleet.backend.reads();
    const logins = fleet.backend.logins();
    t.diagnostic(
      `settled in ${seconds} s: ${reads} reads, ${logins} login; one for each entry would be 1000 reads`,
    );
    assert.ok(reads <= paths * (1 + Math.ceil(seconds / 10)), `${reads} reads in ${seconds} s`);
    assert.equal(logins, 1);
  });

  it('a restart of hook and driver with 1,000 not due reads nothing and writes nothing', async (t) => {
    const fleet = await createFleet(world, 'fleet-restart', t);
    // Of a thousand with slots 6 h apart some would be due within any minute.
    await fleet.create(1_000, '8760h');
    await sleep(2 * second);
    const before = await fleet.versions();
    const reads = fleet.backend.reads();
    // The other way round the driver finds no hook, and comes back to each at Metacontroller's 10 a second.
    await world.hook.restart();
    await world.driver.restart();
    await settled(world, 1_000);
    const validations = await lastOf(
      world,
      /^externalsecret_provider_api_calls_count\{.*call="LookupSelf".*\} (\d+)$/gm,
    );
    t.diagnostic(`${fleet.backend.reads() - reads} reads, ${validations} validation of the store`);
    assert.ok(validations <= 1);
    assert.equal(fleet.backend.reads(), reads);
    assert.equal(await fleet.versions(), before);
  });

  it('1,000 outlive an outage that costs a probe per 30 s, and are synced within 60 s of its end', async (t) => {
    const fleet = await createFleet(world, 'fleet-outage', t);
    await fleet.create(1_000, '40s');
    const secrets = await secretVersions(world.as('kubectl'), fleet.namespace);
    fleet.backend.fail('server-error');
    // By now every one of them has been due, and the breaker has opened.
    await sleep(45 * second);
    const reads = fleet.backend.reads();
    await sleep(60 * second);
    const probes = fleet.backend.reads() - reads;
    const failing = (await fleet.withReady('False')).length;
    assert.equal(await secretVersions(world.as('kubectl'), fleet.namespace), secrets, 'no Secret changed');
    assert.ok(probes <= 3, `${probes} reads in a minute of outage`);
    await fleet.backend.heal();
    const healed = Date.now();
    while ((await fleet.withReady('False')).length > 0) {
      assert.ok(Date.now() - healed < 60 * second, 'not synced within 60 s');
      await sleep(second);
    }
    t.diagnostic(
      `${failing} of 1000 not Ready, ${probes} reads in a minute; all Ready ${Math.round((Date.now() - healed) / second)} s after the end`,
    );
  });
});

async function createFleet(world: World, namespace: string, t: TestContext): Promise<Fleet> {
  const api = world.as('kubectl');
  await api.create(typeOf('Namespace'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const backend = await world.startBackend({ namespace, kv: 'v2', access: 'read' });
  t.after(async () => {
    await api.remove(typeOf('Namespace'), undefined, namespace);
    await backend.close();
  });
  for (let i = 0; i < paths; i++) await backend.write(`s${i}`, { a: `a${i}`, b: `b${i}` });
  await api.create(typeOf('ServiceAccount'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'reader', namespace },
  });
  await api.create(typeOf('SecretStore'), storeOf(namespace, backend));

  const withReady = async (status: string) => {
    const { items } = await api.list(typeOf('ExternalSecret'), { namespace });
    return items.filter((item) => readyOf(item) === status);
  };
  return {
    namespace,
    backend,
    withReady,
    async create(count, refreshInterval) {
      const started = Date.now();
      const all = Array.from({ length: count }, (_, i) => externalSecretOf(namespace, i, refreshInterval));
      await inParallel(all, 20, (object) => api.create(typeOf('ExternalSecret'), object));
      while ((await withReady('True')).length < count) {
        assert.ok(Date.now() - started < 300 * second, 'not Ready within five minutes');
        await sleep(200);
      }
      return Math.ceil((Date.now() - started) / second);
    },
    async versions() {
      const lists = await Promise.all(
        ['ExternalSecret', 'Secret', 'SecretStore'].map((kind) => api.list(typeOf(kind), { namespace })),
      );
      return fingerprint(lists.flatMap(({ items }) => items));
    },
  };
}

/** Waits until the driver has asked about that many ExternalSecrets since the restart, and asks no more. */
async function settled(world: World, count: number): Promise<void> {
  const calls = () =>
    lastOf(
      world,
      /^keyhook_hook_duration_seconds_count\{controller="externalsecret",hook="sync",code="200"\} (\d+)$/gm,
    );
  for (let before = -1, now = await calls(); now < count || now !== before; now = await calls()) {
    before = now;
    await sleep(2 * second);
  }
}

/** The value of a series in the newest scrape: the evidence holds all of them, one after the other. */
async function lastOf(world: World, pattern: RegExp): Promise<number> {
  const matches = [...((await world.evidence()).metrics ?? '').matchAll(pattern)];
  return Number(matches.at(-1)?.[1] ?? 0);
}

async function secretVersions(api: KubeApi, namespace: string): Promise<string> {
  return fingerprint((await api.list(typeOf('Secret'), { namespace })).items);
}

function fingerprint(objects: readonly KubeObject[]): string {
  return objects
    .map(({ kind, metadata }) => `${kind ?? ''}/${metadata.name}@${metadata.resourceVersion}`)
    .sort()
    .join(' ');
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function readyOf({ status }: KubeObject): string | undefined {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.find(({ type }) => type === 'Ready')?.status;
}

function storeOf(namespace: string, { variables }: Backend): KubeObject {
  const kubernetes = {
    mountPath: 'kubernetes',
    role: variables['vault.role'],
    serviceAccountRef: { name: 'reader' },
  };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'vault', namespace },
    spec: {
      provider: {
        vault: { server: variables['vault.addr'], path: variables['vault.mount'], auth: { kubernetes } },
      },
    },
  };
}

function externalSecretOf(namespace: string, index: number, refreshInterval: string): KubeObject {
  const remote = (property: string) => ({
    secretKey: property,
    remoteRef: { key: `s${index % paths}`, property },
  });
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: `app-${index}`, namespace },
    spec: { refreshInterval, secretStoreRef: { name: 'vault' }, data: [remote('a'), remote('b')] },
  };
}
