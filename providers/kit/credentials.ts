import { ProviderError } from './errors.ts';
import type { BoundToken, KubeData, KubeReader } from './kube.ts';
import type { SecretMap, StoreScope } from './provider.ts';

/** `SecretKeySelector` of a store. */
export interface SecretKeySelector {
  readonly name?: string;
  readonly namespace?: string;
  readonly key?: string;
}

/** `ServiceAccountSelector` of a store. */
export interface ServiceAccountSelector {
  readonly name: string;
  readonly namespace?: string;
  readonly audiences?: readonly string[];
}

/** A key of a ConfigMap. */
export interface ConfigMapKeySelector {
  readonly name: string;
  readonly namespace?: string;
  readonly key: string;
}

/** `caProvider` of a store. */
export interface CaProvider {
  readonly type: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly namespace?: string;
  readonly key?: string;
}

/**
 * The one resolver of cross-object references (design rule 10): it alone turns a store's selector into a namespace,
 * by spec providers 1.2, and remembers what it read so that the client pool notices a rotation.
 */
export interface Credentials {
  /** Bytes of a Secret's key. Throws `CredentialMissing`. */
  secret(selector: SecretKeySelector, defaultKey?: string): Promise<Uint8Array>;
  /** Bytes of a ConfigMap's key. Throws `CredentialMissing`. */
  configMap(selector: ConfigMapKeySelector): Promise<Uint8Array>;
  /** All keys of a Secret that carries a label, by which its owner lets it be used so. Throws also `CredentialForbidden`. */
  labelledSecret(selector: SecretKeySelector, label: string, value: string): Promise<SecretMap>;
  /** Content of a CA reference. Throws `CredentialMissing`, or `CredentialForbidden` for a foreign namespace. */
  ca(ref: CaProvider): Promise<Uint8Array>;
  serviceAccountToken(
    selector: ServiceAccountSelector,
    extraAudiences?: readonly string[],
    expirationSeconds?: number,
  ): Promise<BoundToken>;
  serviceAccountAnnotations(selector: ServiceAccountSelector): Promise<Readonly<Record<string, string>>>;
  /** The objects read so far and their versions. */
  versions(): ReadonlyMap<string, string>;
  /** Reads those objects again; true when one of them is not what it was. */
  changed(): Promise<boolean>;
}

/** The namespace in which a selector is resolved: never the selector's own for a SecretStore (spec providers 1.2, decision 40). */
export function credentialNamespace(
  scope: StoreScope,
  selectorNamespace: string | undefined,
): string | undefined {
  if (scope.kind === 'SecretStore') return scope.namespace;
  return selectorNamespace ?? scope.namespace;
}

/**
 * A credential as text. ESO takes it with its final newline, with which nothing works. Throws what `Credentials.secret`
 * throws, and `Misconfigured` when there is nothing but blanks.
 */
export async function secretText(
  credentials: Credentials,
  selector: SecretKeySelector,
  defaultKey?: string,
): Promise<string> {
  const bytes = await credentials.secret(selector, defaultKey);
  const text = Buffer.from(bytes).toString().trim();
  if (text !== '') return text;
  throw new ProviderError('Misconfigured', {
    what: `Secret ${selector.name} key ${selector.key ?? defaultKey} is empty`,
  });
}

/** {@link Credentials} of one store over a {@link KubeReader}. */
export function createCredentials(scope: StoreScope, kube: KubeReader): Credentials {
  const seen = new Map<
    string,
    { kind: 'Secret' | 'ConfigMap'; namespace: string; name: string; version: string }
  >();

  const versionOf = (object: { uid: string; resourceVersion: string } | undefined) =>
    object === undefined ? 'absent' : `${object.uid}/${object.resourceVersion}`;

  const fetch = (kind: 'Secret' | 'ConfigMap', namespace: string, name: string) =>
    ask(`${kind} ${namespace}/${name}`, () =>
      kind === 'Secret' ? kube.secret(namespace, name) : kube.configMap(namespace, name),
    );

  const remember = (
    kind: 'Secret' | 'ConfigMap',
    namespace: string,
    name: string,
    object: KubeData | undefined,
  ) => seen.set(`${kind}/${namespace}/${name}`, { kind, namespace, name, version: versionOf(object) });

  const readKey = async (kind: 'Secret' | 'ConfigMap', namespace: string, name: string, key: string) => {
    const object = await fetch(kind, namespace, name);
    remember(kind, namespace, name, object);
    const value = object?.data.get(key);
    if (value === undefined) throw missing(kind, namespace, name, key);
    return value;
  };

  const namespaceOf = (selector: { name?: string; namespace?: string }, kind: string): string => {
    const namespace = credentialNamespace(scope, selector.namespace);
    if (namespace === undefined)
      throw new ProviderError('CredentialMissing', { what: `${kind} ${selector.name} (no namespace)` });
    return namespace;
  };

  return {
    async secret(selector, defaultKey) {
      const name = selector.name;
      const key = selector.key ?? defaultKey;
      if (!name || !key)
        throw new ProviderError('Misconfigured', { what: 'a secret reference lacks its name or key' });
      return readKey('Secret', namespaceOf(selector, 'Secret'), name, key);
    },
    configMap: async (selector) =>
      readKey('ConfigMap', namespaceOf(selector, 'ConfigMap'), selector.name, selector.key),
    async labelledSecret({ name, namespace: given }, label, value) {
      if (!name) throw new ProviderError('Misconfigured', { what: 'a secret reference lacks its name' });
      const namespace = namespaceOf({ name, ...(given === undefined ? {} : { namespace: given }) }, 'Secret');
      const object = await fetch('Secret', namespace, name);
      remember('Secret', namespace, name, object);
      if (object === undefined) throw missing('Secret', namespace, name);
      if (object.labels?.[label] !== value) {
        throw new ProviderError('CredentialForbidden', {
          what: `Secret ${namespace}/${name}, which lacks the label ${label}: ${value}`,
        });
      }
      return new Map(object.data);
    },
    async ca(ref) {
      const key = ref.key;
      if (!key) throw new ProviderError('Misconfigured', { what: 'caProvider lacks its key' });
      if (scope.kind === 'SecretStore' && ref.namespace !== undefined && ref.namespace !== scope.namespace) {
        throw new ProviderError('CredentialForbidden', { what: `${ref.type} ${ref.namespace}/${ref.name}` });
      }
      if (scope.kind === 'ClusterSecretStore' && ref.namespace === undefined) {
        throw new ProviderError('Misconfigured', {
          what: 'caProvider of a ClusterSecretStore needs a namespace',
        });
      }
      return readKey(ref.type, namespaceOf(ref, ref.type), ref.name, key);
    },
    async serviceAccountToken(selector, extraAudiences = [], expirationSeconds) {
      const namespace = namespaceOf(selector, 'ServiceAccount');
      const token = await ask(`a token of ServiceAccount ${namespace}/${selector.name}`, () =>
        kube.serviceAccountToken(namespace, selector.name, {
          audiences: [...extraAudiences, ...(selector.audiences ?? [])],
          ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
        }),
      );
      if (token === undefined) throw missing('ServiceAccount', namespace, selector.name);
      return token;
    },
    async serviceAccountAnnotations(selector) {
      const namespace = namespaceOf(selector, 'ServiceAccount');
      const account = await ask(`ServiceAccount ${namespace}/${selector.name}`, () =>
        kube.serviceAccount(namespace, selector.name),
      );
      if (account === undefined) throw missing('ServiceAccount', namespace, selector.name);
      return account.annotations;
    },
    versions: () => new Map([...seen].map(([key, { version }]) => [key, version])),
    async changed() {
      const now = await Promise.all(
        [...seen.values()].map(
          async (ref) => versionOf(await fetch(ref.kind, ref.namespace, ref.name)) !== ref.version,
        ),
      );
      return now.includes(true);
    },
  };
}

/** Runs one read of the Kubernetes API; its failure becomes ours, so that no remote text travels on. */
async function ask<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const status = (error as { status?: unknown } | null)?.status;
    throw new ProviderError('KubernetesFailed', { what, ...(typeof status === 'number' ? { status } : {}) });
  }
}

function missing(kind: string, namespace: string, name: string, key?: string): ProviderError {
  return new ProviderError('CredentialMissing', {
    what: `${kind} ${namespace}/${name}${key === undefined ? '' : ` key ${key}`}`,
  });
}
