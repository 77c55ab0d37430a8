import type { Credentials, SecretKeySelector } from '../credentials.ts';
import type { HttpOptions } from '../http.ts';
import type { Reference, StoreScope } from '../provider.ts';

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
  | {
      readonly kind: 'login';
      readonly request: () => Promise<LoginRequest>;
      /** Shown on every connection. */
      readonly identity?: NonNullable<HttpOptions['identity']>;
    };

export interface AuthContext {
  readonly credentials: Credentials;
  readonly scope: StoreScope;
  /** Address of Vault. */
  readonly server: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One auth method: what it reads from Kubernetes, and what it makes of that. */
export interface AuthMethod<Section> {
  /** `path` of a reference is relative to the method's own section, empty for the section itself. */
  references(section: Section): Reference[];
  /** Throws ProviderError of the credentials that it reads. */
  authenticate(section: Section, context: AuthContext): Promise<Authentication>;
}

/**
 * Text of a Secret's key without blanks around it: a credential that is pasted or piped into a Secret tends to end with a
 * newline, which ESO sends along.
 */
export async function trimmedSecret(
  credentials: Credentials,
  selector: SecretKeySelector,
  defaultKey?: string,
): Promise<string> {
  return Buffer.from(await credentials.secret(selector, defaultKey))
    .toString()
    .trim();
}
