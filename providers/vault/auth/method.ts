import type { VaultSpec } from '../schema.ts';

/** `spec.provider.vault.auth`. */
export type VaultAuth = NonNullable<VaultSpec['auth']>;

/** The method fields of {@link VaultAuth}. */
export type AuthName = Exclude<keyof VaultAuth, 'namespace'>;
