import { ProviderError } from '../../kit/errors.ts';
import { secretReference, serviceAccountReference } from '../../kit/references.ts';
import { type AuthContext, type AuthMethod, trimmedSecret } from '../../kit/vault/method.ts';
import type { VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['jwt']>;

const defaultAudiences = ['vault'];
const defaultSeconds = 600;

/** `auth.jwt` (developer.hashicorp.com/vault/api-docs/auth/jwt#jwt-login). */
export const jwt: AuthMethod<Section> = {
  references({ secretRef, kubernetesServiceAccountToken: source }) {
    if (secretRef !== undefined) return [secretReference(secretRef, 'secretRef')];
    if (source === undefined) return [];
    return [
      serviceAccountReference(source.serviceAccountRef, 'kubernetesServiceAccountToken.serviceAccountRef'),
    ];
  },
  async authenticate(section, context) {
    return {
      kind: 'login',
      request: async () => ({
        path: `auth/${section.path}/login`,
        // An empty role means the default role of the mount.
        body: { role: section.role?.trim() ?? '', jwt: await tokenOf(section, context) },
      }),
    };
  },
};

/** Audiences and lifetime as in spec providers 1.9. */
async function tokenOf(
  { secretRef, kubernetesServiceAccountToken: source }: Section,
  { credentials }: AuthContext,
): Promise<string> {
  if (secretRef !== undefined) return trimmedSecret(credentials, secretRef);
  if (source === undefined) {
    throw new ProviderError('Misconfigured', {
      what: 'auth.jwt needs secretRef or kubernetesServiceAccountToken',
    });
  }
  const { serviceAccountRef, audiences = defaultAudiences, expirationSeconds = defaultSeconds } = source;
  return (await credentials.serviceAccountToken(serviceAccountRef, audiences, expirationSeconds)).token;
}
