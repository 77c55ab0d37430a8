import type { Reference } from '../kit/provider.ts';
import { appRole } from '../kit/vault/app-role.ts';
import type { AuthContext, Authentication } from '../kit/vault/method.ts';
import { password } from '../kit/vault/password.ts';
import { tokenSecretRef } from '../kit/vault/token.ts';
import type { OpenBaoSpec } from './schema.ts';

type Auth = OpenBaoSpec['auth'];

/** The one method that an auth section names, with what it does there. */
function methodOf(auth: Auth) {
  if (auth?.tokenSecretRef !== undefined) {
    const selector = auth.tokenSecretRef;
    return {
      path: 'auth.tokenSecretRef',
      references: () => tokenSecretRef.references(selector),
      authenticate: (context: AuthContext) => tokenSecretRef.authenticate(selector, context),
    };
  }
  if (auth?.appRole !== undefined) {
    const section = { ...auth.appRole, path: auth.appRole.path ?? 'approle' };
    return {
      path: 'auth.appRole',
      references: () => appRole.references(section),
      authenticate: (context: AuthContext) => appRole.authenticate(section, context),
    };
  }
  if (auth?.userPass !== undefined) {
    const section = { ...auth.userPass, path: auth.userPass.path ?? 'userpass' };
    return {
      path: 'auth.userPass',
      references: () => password.references(section),
      authenticate: (context: AuthContext) => password.authenticate(section, context),
    };
  }
  return undefined;
}

/** The objects that the section's method reads. */
export function authReferences(auth: Auth): Reference[] {
  const method = methodOf(auth);
  if (method === undefined) return [];
  return method.references().map((reference) => ({
    ...reference,
    path: [method.path, reference.path].filter((part) => part !== '').join('.'),
  }));
}

/** How a store authenticates. Throws what the method throws. */
export async function authenticate(auth: Auth, context: AuthContext): Promise<Authentication> {
  return methodOf(auth)?.authenticate(context) ?? { kind: 'none' };
}
