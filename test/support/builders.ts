import type { HookRequest, ObjectGroups } from '../../composite-controllers/controller.ts';
import { dataHash, objectHash, syncedResourceVersion } from '../../composite-controllers/lib/hash.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import type { Settings } from '../../composite-controllers/lib/ports.ts';
import { encodeData } from '../../composite-controllers/lib/secret-data.ts';

/** A change to an object that a builder made. */
export type Mod<T> = (object: T) => void;

export const uid = '7d1c0000-0000-4000-8000-000000000001';
export const startOfTests = Date.parse('2026-03-01T10:00:00Z');

export const settings: Settings = {
  controllerClass: 'default',
  adopt: 'always',
  floodGate: true,
  clusterStores: 'on',
  watchTargets: false,
  genericTargets: 'refused',
  templateDelimiters: { left: '{{', right: '}}' },
  cleanUpDeadlineMs: 600_000,
  storeRequeueMs: 300_000,
  rolloutIntervalMs: 30_000,
};

/** An ExternalSecret `team-a/app` with one data entry from SecretStore `vault`. */
export function externalSecret(...mods: Mod<KubeObject>[]): KubeObject {
  return modified(
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'app', namespace: 'team-a', uid, generation: 1, resourceVersion: '100' },
      spec: {
        secretStoreRef: { name: 'vault', kind: 'SecretStore' },
        target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
        refreshInterval: '1h0m0s',
        data: [{ secretKey: 'password', remoteRef: { key: 'db', property: 'password' } }],
      },
    },
    mods,
  );
}

/** Merges fields into the spec. */
export const spec =
  (fields: object): Mod<KubeObject> =>
  (object) => {
    object.spec = { ...(object.spec as object), ...fields };
  };

/** Merges fields into the status. */
export const status =
  (fields: object): Mod<KubeObject> =>
  (object) => {
    object.status = { ...(object.status as object | undefined), ...fields };
  };

/** Merges fields into the metadata. */
export const meta =
  (fields: object): Mod<KubeObject> =>
  (object) => {
    object.metadata = { ...object.metadata, ...fields };
  };

/** A status as after a refresh at that moment. */
export const syncedAt =
  (ms: number, refreshId?: string): Mod<KubeObject> =>
  (object) => {
    object.status = {
      refreshTime: new Date(ms).toISOString().replace('.000', ''),
      syncedResourceVersion: syncedResourceVersion(object.metadata),
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'SecretSynced',
          message: 'secret synced',
          lastTransitionTime: new Date(ms).toISOString().replace('.000', ''),
        },
      ],
      ...(refreshId === undefined ? {} : { refreshId }),
    };
  };

/** A valid child Secret of that ExternalSecret, as Keyhook writes it and Metacontroller applies it. */
export function childSecret(
  data: Record<string, string>,
  refreshId?: string,
  ...mods: Mod<SecretObject>[]
): SecretObject {
  const bytes = new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: 'app',
      namespace: 'team-a',
      uid: 'c0ffee00-0000-4000-8000-000000000001',
      resourceVersion: '200',
      labels: {
        'controller-uid': uid,
        'reconcile.external-secrets.io/managed': 'true',
        'reconcile.external-secrets.io/created-by': objectHash('team-a/app'),
      },
      annotations: {
        'reconcile.external-secrets.io/data-hash': dataHash(bytes),
        ...(refreshId === undefined ? {} : { 'keyhook.dev/refresh-id': refreshId }),
      },
      ownerReferences: [
        {
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecret',
          name: 'app',
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    data: encodeData(bytes),
  };
  secret.metadata.managedFields = [appliedFields(secret)];
  return modified(secret, mods);
}

/** The managedFields entry of Metacontroller's server-side apply for all that the Secret has now. */
export function appliedFields(secret: SecretObject) {
  const fields = (map: object | undefined) =>
    Object.fromEntries(Object.keys(map ?? {}).map((key) => [`f:${key}`, {}]));
  return {
    manager: 'metacontroller',
    operation: 'Apply' as const,
    apiVersion: 'v1',
    fieldsType: 'FieldsV1' as const,
    fieldsV1: {
      'f:metadata': {
        'f:labels': fields(secret.metadata.labels),
        'f:annotations': fields(secret.metadata.annotations),
      },
      'f:data': fields(secret.data),
      ...(secret.type === undefined ? {} : { 'f:type': {} }),
    },
  };
}

/** A store that is Ready, of the fake provider unless said otherwise. */
export function store(...mods: Mod<KubeObject>[]): KubeObject {
  return modified(
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: {
        name: 'vault',
        namespace: 'team-a',
        uid: 'store-uid',
        generation: 1,
        resourceVersion: '50',
      },
      spec: { provider: { fake: { data: [] } } },
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'Valid',
            message: 'store validated',
            lastTransitionTime: '2026-03-01T09:00:00Z',
          },
        ],
      },
    },
    mods,
  );
}

/** A hook request of hooks v2. */
export function request(
  parent: KubeObject,
  { children = [], related = [store()] }: { children?: KubeObject[]; related?: KubeObject[] } = {},
): HookRequest {
  return {
    controller: {
      apiVersion: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      metadata: { name: 'c' },
    },
    parent,
    children: { 'Secret.v1': {}, ...grouped(children) },
    related: grouped(related),
    finalizing: false,
  };
}

function grouped(objects: readonly KubeObject[]): ObjectGroups {
  const groups: Record<string, Record<string, KubeObject>> = {};
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    const group = `${object.kind}.${object.apiVersion}`;
    groups[group] = { ...groups[group], [namespace === undefined ? name : `${namespace}/${name}`]: object };
  }
  return groups;
}

function modified<T>(object: T, mods: readonly Mod<T>[]): T {
  for (const mod of mods) mod(object);
  return object;
}
