import { forbidInSecretStore, ownFile, ownTokenPath } from '../../kit/own-identity.ts';
import { secretReference, serviceAccountReference } from '../../kit/references.ts';
import { type AuthContext, type AuthMethod, trimmedSecret } from '../../kit/vault/method.ts';
import type { VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['kubernetes']>;

const tokenSeconds = 600;

/**
 * `auth.kubernetes` (developer.hashicorp.com/vault/api-docs/auth/kubernetes#login). ESO's fall-back to the token Secrets
 * of a ServiceAccount is left out: Kubernetes stopped making them in 1.24.
 */
export const kubernetes: AuthMethod<Section> = {
  references({ serviceAccountRef, secretRef }) {
    if (serviceAccountRef !== undefined)
      return [serviceAccountReference(serviceAccountRef, 'serviceAccountRef')];
    return secretRef === undefined ? [] : [secretReference(secretRef, 'secretRef')];
  },
  async authenticate(section, context) {
    return {
      kind: 'login',
      request: async () => ({
        path: `auth/${section.mountPath}/login`,
        body: { role: section.role, jwt: await jwtFor(section, context) },
      }),
    };
  },
};

async function jwtFor({ serviceAccountRef, secretRef }: Section, context: AuthContext): Promise<string> {
  const { credentials, scope } = context;
  if (serviceAccountRef !== undefined) {
    return (await credentials.serviceAccountToken(serviceAccountRef, [], tokenSeconds)).token;
  }
  if (secretRef !== undefined) return trimmedSecret(credentials, secretRef, 'token');
  forbidInSecretStore(scope, "the hook's own ServiceAccount token");
  return ownFile(ownTokenPath);
}
