import { ProviderError } from '../../kit/errors.ts';
import type { Reference } from '../../kit/provider.ts';
import { appRole } from '../../kit/vault/app-role.ts';
import type { AuthContext, Authentication, AuthMethod } from '../../kit/vault/method.ts';
import { password } from '../../kit/vault/password.ts';
import { tokenSecretRef } from '../../kit/vault/token.ts';
import { cert } from './cert.ts';
import { gcp } from './gcp.ts';
import { iam } from './iam.ts';
import { jwt } from './jwt.ts';
import { kubernetes } from './kubernetes.ts';
import type { AuthName, VaultAuth } from './method.ts';

type Section<Name extends AuthName> = NonNullable<VaultAuth[Name]>;

/** Every auth method of the schema, in the order in which the first one present wins (spec providers 3.1). */
const methods: { readonly [Name in AuthName]: AuthMethod<Section<Name>> } = {
  tokenSecretRef,
  appRole,
  kubernetes,
  ldap: password,
  userPass: password,
  jwt,
  cert,
  iam,
  gcp,
};

/** The method that an auth section uses, or undefined when it names none. */
export function authName(auth: VaultAuth): AuthName | undefined {
  return (Object.keys(methods) as AuthName[]).find((name) => auth[name] !== undefined);
}

/** The objects that the section's method reads; paths are relative to `spec.provider.vault`. */
export function authReferences(auth: VaultAuth | undefined): Reference[] {
  if (auth === undefined) return [];
  const name = authName(auth);
  return name === undefined ? [] : referencesOf(name, auth);
}

/** How a store authenticates. Throws `Misconfigured` without a method, and what the method throws. */
export async function authenticate(
  auth: VaultAuth | undefined,
  context: AuthContext,
): Promise<Authentication> {
  if (auth === undefined) return { kind: 'none' };
  const name = authName(auth);
  if (name === undefined) throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  return authenticateBy(name, auth, context);
}

function referencesOf<Name extends AuthName>(name: Name, auth: VaultAuth): Reference[] {
  const section = auth[name] as Section<Name>;
  return methods[name].references(section).map((reference) => ({
    ...reference,
    path: `auth.${name}${reference.path === '' ? '' : `.${reference.path}`}`,
  }));
}

function authenticateBy<Name extends AuthName>(name: Name, auth: VaultAuth, context: AuthContext) {
  return methods[name].authenticate(auth[name] as Section<Name>, context);
}
