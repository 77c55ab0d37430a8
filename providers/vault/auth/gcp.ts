import { ProviderError } from '../../kit/errors.ts';
import { googleKey } from '../../kit/google-key.ts';
import { objectIn } from '../../kit/json/member.ts';
import { signJwt } from '../../kit/jwt.ts';
import { forbidInSecretStore, googleIdentity } from '../../kit/own-identity.ts';
import { secretReference } from '../../kit/references.ts';
import type { AuthContext, AuthMethod } from '../../kit/vault/method.ts';
import type { VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['gcp']>;

const defaultPath = 'gcp';
/** Vault admits at most 15 minutes. */
const lifetimeSeconds = 600;

/**
 * `auth.gcp` (developer.hashicorp.com/vault/docs/auth/gcp): a JWT that the key of a service account signs here, or the
 * identity that the metadata server gives the hook's pod. ESO's way with a key cannot work (spec providers 3.1); this is
 * the one that Vault documents for roles of type iam.
 */
export const gcp: AuthMethod<Section> = {
  references({ secretRef }) {
    const selector = secretRef?.secretAccessKeySecretRef;
    return selector === undefined ? [] : [secretReference(selector, 'secretRef.secretAccessKeySecretRef')];
  },
  async authenticate(section, context) {
    const { path, role, workloadIdentity, secretRef } = section;
    if (secretRef === undefined && workloadIdentity !== undefined) {
      throw new ProviderError('Unsupported', { what: 'auth.gcp.workloadIdentity of Vault' });
    }
    if (secretRef === undefined) forbidInSecretStore(context.scope, "the hook's own Google identity");
    const jwt = () =>
      secretRef === undefined ? googleIdentity(audienceOf(role, context)) : signed(section, context);
    return {
      kind: 'login',
      request: async () => ({
        path: `auth/${path || defaultPath}/login`,
        body: { role, jwt: await jwt() },
      }),
    };
  },
};

/** A JWT of the service account whose key this is, as IAM's signJwt would make it. */
async function signed({ role, secretRef }: Section, { credentials, now }: AuthContext): Promise<string> {
  const selector = secretRef?.secretAccessKeySecretRef ?? {};
  const key = objectIn(await credentials.secret(selector));
  const { email, keyId, privateKey } = googleKey(key, 'auth.gcp.secretRef');
  const issuedAt = Math.floor(now() / 1000);
  return signJwt(
    { alg: 'RS256', ...(keyId === undefined ? {} : { kid: keyId }) },
    { sub: email, aud: `vault/${role}`, iat: issuedAt, exp: issuedAt + lifetimeSeconds },
    privateKey,
  );
}

function audienceOf(role: string, { server }: AuthContext): string {
  return `${server.replace(/\/+$/, '')}/vault/${role}`;
}
