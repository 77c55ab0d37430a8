import { LRUCache } from 'lru-cache';
import type { KubeObject, SecretObject } from '../composite-controllers/lib/objects.ts';
import type {
  ClusterNamespaces,
  ObjectKind,
  TargetObjects,
  TargetSecrets,
} from '../composite-controllers/lib/ports.ts';
import type { BoundToken, KubeData, KubeReader } from '../providers/kit/kube.ts';
import { type JsonPatchOperation, type KubeApi, KubeApiError, type ResourceType } from './kube-api.ts';
import { configMaps, namespaces, secrets, serviceAccounts } from './kube-verbs.ts';

/** What providers may ask of Kubernetes, asked of the API server. */
export function kubeReader(api: KubeApi): KubeReader {
  return {
    async secret(namespace, name) {
      mustBeNames(namespace, name);
      const secret = await orAbsent(api.get(secrets, namespace, name));
      return secret && dataOf(secret as SecretObject, [(secret as SecretObject).data, 'base64']);
    },
    async configMap(namespace, name) {
      mustBeNames(namespace, name);
      const map = (await orAbsent(api.get(configMaps, namespace, name))) as SecretObject | undefined;
      return map && dataOf(map, [map.data, 'utf8'], [map.binaryData as SecretObject['data'], 'base64']);
    },
    async serviceAccount(namespace, name) {
      mustBeNames(namespace, name);
      const account = await orAbsent(api.get(serviceAccounts, namespace, name));
      return account && { annotations: account.metadata.annotations ?? {} };
    },
    async serviceAccountToken(namespace, name, { audiences, expirationSeconds }) {
      mustBeNames(namespace, name);
      const spec = {
        ...(audiences.length === 0 ? {} : { audiences }),
        ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
      };
      const answer = await orAbsent(api.createToken(namespace, name, spec));
      return answer && tokenOf(answer.status);
    },
  };
}

/** The hook's own access to target Secrets. */
export function targetSecrets(api: KubeApi): TargetSecrets {
  const get = async (namespace: string, name: string) => {
    mustBeNames(namespace, name);
    return (await orAbsent(api.get(secrets, namespace, name))) as SecretObject | undefined;
  };
  return {
    get,
    async patch(namespace, name, patch) {
      mustBeNames(namespace, name);
      const patched = await guarded<SecretObject>(api.jsonPatch(secrets, namespace, name, patch), patch, () =>
        get(namespace, name),
      );
      return patched === undefined ? { kind: 'conflict' } : { kind: 'patched', secret: patched };
    },
    async apply(secret, fieldManager) {
      mustBeNames(secret.metadata.namespace ?? '', secret.metadata.name);
      try {
        const applied = await api.apply(secrets, secret, { fieldManager, force: true });
        return { kind: 'applied', secret: applied };
      } catch (error) {
        if (error instanceof KubeApiError && error.status === 409) return { kind: 'conflict' };
        throw error;
      }
    },
  };
}

/** The hook's own access to Namespaces. */
export function clusterNamespaces(api: KubeApi): ClusterNamespaces {
  return {
    async get(name) {
      mustBeNames(name, name);
      return orAbsent(api.get(namespaces, undefined, name));
    },
  };
}

/** The hook's own access to targets of any kind. What a kind's resource is called stays, once it is known. */
export function targetObjects(api: KubeApi): TargetObjects {
  const known = new LRUCache<string, ResourceType>({ max: 1_000 });
  const find = async ({ apiVersion, kind }: ObjectKind): Promise<ResourceType | undefined> => {
    if (!/^[a-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion)) return undefined;
    const key = `${apiVersion}/${kind}`;
    const found = known.get(key) ?? (await api.resources(apiVersion)).find((type) => type.kind === kind);
    if (found !== undefined) known.set(key, found);
    return found;
  };
  const typeOf = async (kind: ObjectKind): Promise<ResourceType> => {
    const type = await find(kind);
    // Design rule 10: what lives in no namespace is nobody's target.
    if (type?.namespaced !== true) throw new KubeApiError(404, 'NotFound');
    return type;
  };
  return {
    async scope(kind) {
      const type = await find(kind);
      if (type === undefined) return 'unknown';
      return type.namespaced ? 'namespaced' : 'cluster';
    },
    async get(kind, namespace, name) {
      mustBeNames(namespace, name);
      return orAbsent(api.get(await typeOf(kind), namespace, name));
    },
    async apply(object, fieldManager) {
      mustBeNames(object.metadata.namespace ?? '', object.metadata.name);
      try {
        const applied = await api.apply(await typeOf(object), object, { fieldManager, force: true });
        return { kind: 'applied', object: applied };
      } catch (error) {
        if (error instanceof KubeApiError && error.status === 409) return { kind: 'conflict' };
        throw error;
      }
    },
    async remove(object) {
      const { namespace = '', name, uid } = object.metadata;
      mustBeNames(namespace, name);
      await orAbsent(api.remove(await typeOf(object), namespace, name, uid === undefined ? {} : { uid }));
    },
    async patch(object, patch) {
      const { namespace = '', name } = object.metadata;
      mustBeNames(namespace, name);
      const type = await typeOf(object);
      const live = () => orAbsent(api.get(type, namespace, name));
      const patched = await guarded(api.jsonPatch(type, namespace, name, patch), patch, live);
      return patched === undefined ? { kind: 'conflict' } : { kind: 'patched', object: patched };
    },
  };
}

/** What a patch came to; undefined when the object has moved on from the state that it tests, or is gone. */
async function guarded<T extends KubeObject>(
  written: Promise<T>,
  patch: readonly JsonPatchOperation[],
  live: () => Promise<KubeObject | undefined>,
): Promise<T | undefined> {
  try {
    return await written;
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    if (error.status === 404 || error.status === 409) return undefined;
    // 422 is a failed `test` as well as a refused result; whether the object has moved on tells them apart.
    if (error.status === 422 && isOutdated(await live(), patch)) return undefined;
    throw error;
  }
}

function isOutdated(live: KubeObject | undefined, patch: readonly JsonPatchOperation[]): boolean {
  const tested = patch.find(({ op, path }) => op === 'test' && path === '/metadata/resourceVersion');
  return live === undefined || (tested !== undefined && live.metadata.resourceVersion !== tested.value);
}

/** What a read came to; undefined where there is nothing. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Design rule 10: every call names one object in one namespace. What is no DNS name cannot be one, so nothing is asked. */
export function mustBeNames(...names: readonly string[]): void {
  for (const text of names)
    if (text.length > 253 || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text))
      throw new KubeApiError(400, 'InvalidName');
}

type Encoded = readonly [Record<string, string> | undefined, 'base64' | 'utf8'];

function dataOf({ metadata }: SecretObject, ...parts: readonly Encoded[]): KubeData {
  const { uid = '', resourceVersion = '', labels = {} } = metadata;
  const entries = parts.flatMap(([map, encoding]) =>
    Object.entries(map ?? {}).map(([key, value]): [string, Uint8Array] => [
      key,
      new Uint8Array(Buffer.from(value, encoding)),
    ]),
  );
  return { uid, resourceVersion, labels, data: new Map(entries) };
}

function tokenOf(status: unknown): BoundToken {
  const { token, expirationTimestamp } = (status ?? {}) as { token?: unknown; expirationTimestamp?: unknown };
  const expiresAt = Date.parse(String(expirationTimestamp));
  if (typeof token !== 'string' || token === '' || Number.isNaN(expiresAt))
    throw new KubeApiError(0, 'Malformed');
  return { token, expiresAt };
}
