import type {
  CaProvider,
  ConfigMapKeySelector,
  SecretKeySelector,
  ServiceAccountSelector,
} from './credentials.ts';
import { ProviderError } from './errors.ts';
import type { Problem, Reference, SecretsClient, StoreScope } from './provider.ts';

/** The Secret that a selector names. */
export function secretReference(selector: SecretKeySelector, path: string): Reference {
  return { kind: 'Secret', name: selector.name ?? '', ...namespaceOf(selector), path };
}

/** The ServiceAccount that a selector names. */
export function serviceAccountReference(selector: ServiceAccountSelector, path: string): Reference {
  return { kind: 'ServiceAccount', name: selector.name, ...namespaceOf(selector), path };
}

/** The ConfigMap that a selector names. */
export function configMapReference(selector: ConfigMapKeySelector, path: string): Reference {
  return { kind: 'ConfigMap', name: selector.name, ...namespaceOf(selector), path };
}

/** The Secret or ConfigMap that a CA reference names. */
export function caReference(provider: CaProvider, path = 'caProvider'): Reference {
  return { kind: provider.type, name: provider.name, ...namespaceOf(provider), path };
}

/** A SecretStore's references to other namespaces: ESO's admission rejects them (spec providers 1.2, referent variant). */
export function foreignReferences(references: readonly Reference[], scope: StoreScope): Problem[] {
  if (scope.kind === 'ClusterSecretStore') return [];
  return references
    .filter(({ namespace }) => namespace !== undefined && namespace !== scope.namespace)
    .map(({ path }) => ({
      path: `${path}.namespace`,
      message: "must be absent or the store's own namespace",
    }));
}

/**
 * The client of a ClusterSecretStore that is looked at without a consumer although its credentials are the consumer's:
 * neither ready nor broken, and nothing can be read (spec providers 1.2). Undefined for every other store.
 */
export function clientWithoutConsumer(
  references: readonly Reference[],
  { kind, namespace }: StoreScope,
): SecretsClient | undefined {
  const isAlone = kind === 'ClusterSecretStore' && namespace === undefined;
  if (!isAlone || references.every((reference) => reference.namespace !== undefined)) return undefined;
  return {
    read: () => Promise.reject(new ProviderError('Misconfigured', { what: 'the store has no consumer' })),
    check: async () => 'unknown',
    close: async () => {},
  };
}

function namespaceOf({ namespace }: { namespace?: string }): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
