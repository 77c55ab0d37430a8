import { ValueError } from '../lib/errors.ts';
import { type NamespaceView, namespaceIsAdmitted } from '../lib/namespace-conditions.ts';
import { grantedKeys } from '../lib/remote-keys.ts';
import type { StoreView } from './view.ts';

/** What a namespace may do with a store. */
export type Access =
  | { readonly kind: 'all' }
  /** Only keys that pass; the test throws {@link ValueError} `RegexTooCostly`. */
  | { readonly kind: 'keys'; readonly grants: (key: string) => boolean }
  | { readonly kind: 'none'; readonly why: string };

/**
 * What the conditions of a ClusterSecretStore give to a namespace (spec core 2.2); a SecretStore is all its own namespace's.
 * Conditions that cannot be read give nothing: their store says what is wrong.
 */
export function accessTo({ handle, conditions }: StoreView, namespace: NamespaceView): Access {
  if (handle.kind !== 'ClusterSecretStore') return { kind: 'all' };
  try {
    if (!namespaceIsAdmitted(conditions, namespace)) return { kind: 'none', why: 'denied by spec.condition' };
    const grants = grantedKeys(conditions, namespace);
    return grants === undefined ? { kind: 'all' } : { kind: 'keys', grants };
  } catch (error) {
    if (error instanceof ValueError) return { kind: 'none', why: 'spec.conditions cannot be read' };
    throw error;
  }
}

/** Whether a key may be used; one that a regex is too costly for may not. */
export function mayUse(access: Access, key: string): boolean {
  if (access.kind !== 'keys') return access.kind === 'all';
  try {
    return access.grants(key);
  } catch (error) {
    if (error instanceof ValueError) return false;
    throw error;
  }
}
