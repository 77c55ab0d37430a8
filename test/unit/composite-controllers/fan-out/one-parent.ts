import { createClusterExternalSecretController } from '../../../../composite-controllers/cluster-external-secret/sync.ts';
import type { SyncOutcome, SyncResponse } from '../../../../composite-controllers/controller.ts';
import type { FanOutStatus } from '../../../../composite-controllers/fan-out/schema.ts';
import type { JsonPatchOperation } from '../../../../composite-controllers/lib/json-patch.ts';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { startOfTests } from '../../../support/builders.ts';

const externalSecretSpec = {
  secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
  target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
  refreshInterval: '1h0m0s',
  data: [{ secretKey: 'password', remoteRef: { key: 'db' } }],
};

/** A ClusterExternalSecret `db` over the namespaces labelled team=a, and all that it can see. */
export function oneParent() {
  const world = {
    now: startOfTests,
    parent: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterExternalSecret',
      metadata: { name: 'db', uid: 'ces-uid', generation: 1 },
      spec: { namespaceSelectors: [{ matchLabels: { team: 'a' } }], externalSecretSpec },
    } as KubeObject,
    /** What the API server has, and what Metacontroller's caches show of it. */
    namespaces: new Map<string, KubeObject>(),
    live: new Map<string, KubeObject>(),
    shown: {
      namespaces: undefined as KubeObject[] | undefined,
      children: undefined as KubeObject[] | undefined,
    },
    /** Fails every look, with the API server's status. */
    refusal: undefined as number | undefined,
    looks: [] as string[],
    patches: [] as (readonly JsonPatchOperation[])[],
    events: [] as string[],
  };
  const look = (what: string) => {
    world.looks.push(what);
    if (world.refusal !== undefined) throw Object.assign(new Error('refused'), { status: world.refusal });
  };
  const controller = createClusterExternalSecretController({
    now: () => world.now,
    objects: {
      async get({ kind }, namespace, name) {
        look(`${kind} ${namespace}/${name}`);
        return world.live.get(`${namespace}/${name}`);
      },
      async patch(object, patch) {
        world.patches.push(patch);
        return { kind: 'patched', object };
      },
    },
    namespaces: {
      async get(name) {
        look(`Namespace ${name}`);
        return world.namespaces.get(name);
      },
    },
    events: {
      record: (_object, type, reason, message) => world.events.push(`${type} ${reason}: ${message}`),
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });

  const isChild = ({ metadata }: KubeObject) =>
    metadata.ownerReferences?.some(({ uid }) => uid === 'ces-uid') === true;
  const keyed = (objects: readonly KubeObject[]) =>
    Object.fromEntries(
      objects.map((object) => [
        [object.metadata.namespace, object.metadata.name].filter((part) => part !== undefined).join('/'),
        object,
      ]),
    );

  return {
    world,
    controller,
    /** Adds a Namespace. */
    namespace(name: string, labels: Record<string, string> = { team: 'a' }, fields: object = {}) {
      world.namespaces.set(name, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels }, ...fields },
      });
    },
    /** Adds an ExternalSecret that is not of this parent, or with its owner. */
    externalSecret(namespace: string, metadata: object = {}, name = 'db') {
      world.live.set(`${namespace}/${name}`, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name, namespace, uid: `${namespace}-uid`, resourceVersion: '7', ...metadata },
        spec: externalSecretSpec,
      });
    },
    customize: () => controller.customize?.({ controller: world.parent, parent: world.parent }),
    /** One pass, without what Metacontroller then does. */
    sync(): Promise<SyncOutcome> {
      const selected =
        world.shown.namespaces ??
        [...world.namespaces.values()].filter(({ metadata }) => metadata.labels?.team === 'a');
      const children = world.shown.children ?? [...world.live.values()].filter(isChild);
      return controller.sync(
        {
          controller: world.parent,
          parent: world.parent,
          children: { 'ExternalSecret.external-secrets.io/v1': keyed(children) },
          related: { 'Namespace.v1': keyed(selected) },
          finalizing: false,
        },
        { signal: AbortSignal.timeout(5_000) },
      );
    },
    /** One pass, and what Metacontroller makes of its answer. */
    async pass(): Promise<SyncResponse & { status: FanOutStatus }> {
      const outcome = await this.sync();
      if (outcome.kind !== 'answer') throw new Error(`answered ${outcome.kind}`);
      const { children, status } = outcome.response;
      const wanted = new Set(children.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
      for (const [key, object] of world.live) if (isChild(object) && !wanted.has(key)) world.live.delete(key);
      for (const child of children) {
        const key = `${child.metadata.namespace}/${child.metadata.name}`;
        world.live.set(key, {
          ...world.live.get(key),
          ...child,
          metadata: {
            uid: `${key}-uid`,
            resourceVersion: '8',
            ...child.metadata,
            ownerReferences: [
              {
                apiVersion: 'external-secrets.io/v1',
                kind: 'ClusterExternalSecret',
                name: 'db',
                uid: 'ces-uid',
                controller: true,
              },
            ],
          },
        });
      }
      world.parent = { ...world.parent, status };
      return outcome.response as SyncResponse & { status: FanOutStatus };
    },
    /** Merges fields into the parent's spec. */
    change(fields: object) {
      const { metadata, spec } = world.parent;
      const generation = (metadata.generation ?? 0) + 1;
      world.parent = {
        ...world.parent,
        metadata: { ...metadata, generation },
        spec: { ...(spec as object), ...fields },
      };
    },
    places: () => [...world.live.keys()].sort(),
  };
}
