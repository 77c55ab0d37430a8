import type { SecretObject } from '../composite-controllers/lib/objects.ts';
import type { TargetSecrets } from '../composite-controllers/lib/ports.ts';
import type { BoundToken, KubeData, KubeReader } from '../providers/kit/kube.ts';
import { type JsonPatchOperation, type KubeApi, KubeApiError } from './kube-api.ts';
import { configMaps, secrets, serviceAccounts } from './kube-verbs.ts';

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
      try {
        return { kind: 'patched', secret: await api.jsonPatch(secrets, namespace, name, patch) };
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
        if (error.status === 404 || error.status === 409) return { kind: 'conflict' };
        // 422 is a failed `test` as well as a refused result; whether the Secret has moved on tells them apart.
        if (error.status === 422 && isOutdated(await get(namespace, name), patch))
          return { kind: 'conflict' };
        throw error;
      }
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

function isOutdated(live: SecretObject | undefined, patch: readonly JsonPatchOperation[]): boolean {
  const tested = patch.find(({ op, path }) => op === 'test' && path === '/metadata/resourceVersion');
  return live === undefined || (tested !== undefined && live.metadata.resourceVersion !== tested.value);
}

async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Design rule 10: every call names one object in one namespace. What is no DNS name cannot be one, so nothing is asked. */
function mustBeNames(namespace: string, name: string): void {
  for (const text of [namespace, name])
    if (text.length > 253 || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text))
      throw new KubeApiError(400, 'InvalidName');
}

type Encoded = readonly [Record<string, string> | undefined, 'base64' | 'utf8'];

function dataOf({ metadata }: SecretObject, ...parts: readonly Encoded[]): KubeData {
  const { uid = '', resourceVersion = '' } = metadata;
  const entries = parts.flatMap(([map, encoding]) =>
    Object.entries(map ?? {}).map(([key, value]): [string, Uint8Array] => [
      key,
      new Uint8Array(Buffer.from(value, encoding)),
    ]),
  );
  return { uid, resourceVersion, data: new Map(entries) };
}

function tokenOf(status: unknown): BoundToken {
  const { token, expirationTimestamp } = (status ?? {}) as { token?: unknown; expirationTimestamp?: unknown };
  const expiresAt = Date.parse(String(expirationTimestamp));
  if (typeof token !== 'string' || token === '' || Number.isNaN(expiresAt))
    throw new KubeApiError(0, 'Malformed');
  return { token, expiresAt };
}
