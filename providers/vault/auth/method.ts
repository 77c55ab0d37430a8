import type { Credentials } from '../../kit/credentials.ts';
import type { Reference, StoreScope } from '../../kit/provider.ts';
import type { VaultSpec } from '../schema.ts';

/** `spec.provider.vault.auth`. */
export type VaultAuth = NonNullable<VaultSpec['auth']>;

/** The method fields of {@link VaultAuth}. */
export type AuthName = Exclude<keyof VaultAuth, 'namespace'>;

/** `POST /v1/<path>` with a JSON body. */
export interface LoginRequest {
  /** Not yet escaped. */
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
}

/** How requests get their token: none is sent, one was given, or it comes from a login that can be repeated. */
export type Authentication =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'login'; readonly request: () => Promise<LoginRequest> };

export interface AuthContext {
  readonly credentials: Credentials;
  readonly scope: StoreScope;
}

/** One auth method: what it reads from Kubernetes, and what it makes of that. */
export interface AuthMethod<Section> {
  /** `path` of a reference is relative to the method's own section, empty for the section itself. */
  references(section: Section): Reference[];
  /** Throws ProviderError of the credentials that it reads. */
  authenticate(section: Section, context: AuthContext): Promise<Authentication>;
}
