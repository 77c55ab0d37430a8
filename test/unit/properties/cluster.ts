import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { crds, definitions } from '../../../composite-controllers/definitions.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { createInProcessApi } from '../../../local/api/in-process.ts';
import { createStore } from '../../../local/api/store.ts';
import type { Clock } from '../../../local/metacontroller/clock.ts';
import { crdType, namespaceType, secretType } from '../../../local/metacontroller/discovery.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../../server/kube-api.ts';

export const namespace = 'team-a';
export const externalSecretType: ResourceType = {
  group: 'external-secrets.io',
  version: 'v1',
  resource: 'externalsecrets',
  kind: 'ExternalSecret',
  namespaced: true,
};
export const storeType: ResourceType = {
  ...externalSecretType,
  resource: 'secretstores',
  kind: 'SecretStore',
};
const controllerType: ResourceType = {
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
};

/** What Metacontroller keeps caches of. */
export const cachedTypes = [controllerType, namespaceType, externalSecretType, storeType, secretType];

/** Who writes. `elsewhere` stands for other controllers of the cluster. */
export type Actor = 'metacontroller' | 'hook' | 'user' | 'elsewhere';

/** What the API server refuses. */
export interface Refusals {
  /** Writes of Secrets by Metacontroller and the hook. */
  secrets: 'none' | 'quota' | 'conflict';
  /** Writes of ExternalSecrets' status by Metacontroller. */
  status: 'none' | 'conflict';
  /** Reads of Secrets by the hook. */
  gets: 'none' | 'unavailable';
}

/** One ExternalSecret or Secret before and after a write. */
export interface ObjectChange {
  readonly actor: Actor;
  readonly kind: 'Secret' | 'ExternalSecret';
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** An API server in memory with everything installed, and a look at each of its writes. */
export interface Cluster {
  readonly refusals: Refusals;
  as(actor: Actor): KubeApi;
  secrets(): SecretObject[];
  externalSecrets(): KubeObject[];
  /** Lets the garbage collector work until it has nothing to do. */
  collect(): void;
}

const kinds: readonly KubeObject[] = [
  ...crds(),
  ...readFileSync(join(import.meta.dirname, '../../testbed/crds/metacontroller.yaml'), 'utf8')
    .split(/^---$/m)
    .map((text) => parse(text) as KubeObject),
];

/** The SecretStore that all ExternalSecrets name. */
export const secretStore: KubeObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: { name: 'vault', namespace },
  spec: { provider: { fake: { data: [] } } },
};

/** Starts a {@link Cluster} with a SecretStore `vault`; `onChange` hears of every change of a Secret or ExternalSecret, in order. */
export async function createCluster(
  clock: Clock,
  onChange: (change: ObjectChange) => void,
): Promise<Cluster> {
  let serial = 0;
  const uid = () => `00000000-0000-4000-8000-${String(++serial).padStart(12, '0')}`;
  const store = createStore({ now: clock.now, uid, collection: 'manual' });
  const refusals: Refusals = { secrets: 'none', status: 'none', gets: 'none' };
  let writer: Actor = 'user';

  store.intercept(({ type, subresource }) => {
    const ours = writer === 'metacontroller' || writer === 'hook';
    const conflict = () => new KubeApiError(409, 'Conflict', 'the object has been modified');
    if (type.kind === 'Secret' && ours) {
      if (refusals.secrets === 'conflict') throw conflict();
      if (refusals.secrets === 'quota') throw new KubeApiError(403, 'Forbidden', 'exceeded quota');
    }
    if (type.kind === 'ExternalSecret' && subresource === 'status' && writer === 'metacontroller') {
      if (refusals.status === 'conflict') throw conflict();
    }
  });

  const watched = [
    { kind: 'Secret', target: () => store.target(secretType, namespace) },
    { kind: 'ExternalSecret', target: () => store.target(externalSecretType, namespace) },
  ] as const;
  const known = new Map<string, KubeObject>();

  /** Tells of what has changed since the last look. */
  function look(): void {
    for (const { kind, target } of watched) {
      const { items } = store.list(target());
      const present = new Set(items.map(({ metadata }) => metadata.name));
      for (const [key, before] of known) {
        if (!key.startsWith(`${kind}/`) || present.has(before.metadata.name)) continue;
        known.delete(key);
        onChange({ actor: writer, kind, before, after: undefined });
      }
      for (const after of items) {
        const key = `${kind}/${after.metadata.name}`;
        const before = known.get(key);
        if (before?.metadata.resourceVersion === after.metadata.resourceVersion) continue;
        known.set(key, after);
        onChange({ actor: writer, kind, before, after });
      }
    }
  }

  /** The verbs reach the store before they return, so that whoever looks then sees exactly this write. */
  const as = (actor: Actor): KubeApi => {
    const api = createInProcessApi(store, actor);
    const watchedVerb =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> => {
        writer = actor;
        const result = call(...args);
        look();
        return result;
      };
    return {
      ...api,
      async get(type, where, name) {
        if (actor === 'hook' && refusals.gets === 'unavailable') throw new KubeApiError(500, 'InternalError');
        return api.get(type, where, name);
      },
      create: watchedVerb(api.create),
      replace: watchedVerb(api.replace),
      replaceStatus: watchedVerb(api.replaceStatus),
      apply: watchedVerb(api.apply),
      jsonPatch: watchedVerb(api.jsonPatch),
      mergePatch: watchedVerb(api.mergePatch),
      remove: watchedVerb(api.remove),
    };
  };

  const setup = createInProcessApi(store);
  for (const kind of kinds) await setup.create(crdType, kind);
  await setup.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const definition of definitions({ hookUrl: 'http://hook' }))
    await setup.create(controllerType, definition);
  await setup.create(storeType, secretStore);

  return {
    refusals,
    as,
    secrets: () => [...store.list(store.target(secretType, namespace)).items] as SecretObject[],
    externalSecrets: () => [...store.list(store.target(externalSecretType, namespace)).items],
    collect() {
      writer = 'elsewhere';
      store.collect();
      look();
    },
  };
}
