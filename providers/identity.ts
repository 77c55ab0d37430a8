import type { StoreHandle } from './backends.ts';
import { ProviderError } from './kit/errors.ts';
import type { Provider, Reference, RemoteRef, StoreScope } from './kit/provider.ts';

/** The provider that the store's section names. Throws `Misconfigured`, or `Unsupported` for one that is not built. */
export function providerOf(providers: ReadonlyMap<string, Provider>, store: StoreHandle): Provider {
  const names = Object.keys(store.provider);
  const name = names[0];
  if (names.length !== 1 || name === undefined) {
    throw new ProviderError('Misconfigured', { what: 'spec.provider must name exactly one provider' });
  }
  const provider = providers.get(name);
  if (provider === undefined) throw new ProviderError('Unsupported', { what: `provider ${name}` });
  return provider;
}

/** Whether consumers of the store have identities of their own: other credentials, or a session that names them. */
export function dependsOnConsumer(provider: Provider, store: StoreHandle, scope: StoreScope): boolean {
  if (scope.kind === 'SecretStore' || scope.namespace === undefined) return false;
  return (
    isReferent(provider, store, scope) ||
    provider.perConsumer?.(store.provider[provider.name] as never) === true
  );
}

/** Whether the store's credentials are its consumer's (spec providers 1.2). */
export function isReferent(provider: Provider, store: StoreHandle, scope: StoreScope): boolean {
  if (scope.kind === 'SecretStore') return false;
  return provider
    .references(store.provider[provider.name] as never)
    .some((ref) => ref.namespace === undefined);
}

/**
 * Whom a store's credentials make it, as far as that shows without reading them: the objects they come from. Stores that
 * name the same are one identity to the vendor; those that name none are the hook itself.
 */
export function credentialsOf(provider: Provider, store: StoreHandle, scope: StoreScope): string {
  const named = provider
    .references(store.provider[provider.name] as never)
    .map((ref) => `${ref.kind}/${namespaceOf(ref, scope) ?? ''}/${ref.name}`);
  return [...new Set(named)].sort().join(' ');
}

/** A SecretStore reads in its own namespace, whatever its references say (spec providers 1.2). */
function namespaceOf({ namespace }: Reference, scope: StoreScope): string | undefined {
  return scope.kind === 'SecretStore' ? scope.namespace : (namespace ?? scope.namespace);
}

/** What makes a read another read. JSON quotes its parts, so that no key can be read as another's. */
export function refKey(ref: RemoteRef, { readsProperties }: Provider): string {
  const properties = readsProperties === true ? [...(ref.properties ?? [])].sort() : null;
  return JSON.stringify([ref.key, ref.version ?? null, ref.metadata === true, properties]);
}
