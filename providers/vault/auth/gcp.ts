import { ProviderError } from '../../kit/errors.ts';
import { googleKey } from '../../kit/google-key.ts';
import { createHttpClient } from '../../kit/http.ts';
import { objectIn } from '../../kit/json/member.ts';
import { signJwt } from '../../kit/jwt.ts';
import { secretReference } from '../../kit/references.ts';
import type { AuthContext, AuthMethod, VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['gcp']>;

const defaultPath = 'gcp';
/** Vault admits at most 15 minutes. */
const lifetimeSeconds = 600;
const metadataTimeoutMs = 5_000;

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
    // Who gets the identity can log in with it, and whoever writes a SecretStore chooses the server that gets it.
    if (secretRef === undefined && context.scope.kind === 'SecretStore') {
      throw new ProviderError('CredentialForbidden', { what: "the hook's own Google identity" });
    }
    const jwt = () => (secretRef === undefined ? podIdentity(role, context) : signed(section, context));
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

/** cloud.google.com/compute/docs/instances/verifying-instance-identity#request_signature; `GCE_METADATA_HOST` as for Google's libraries. */
async function podIdentity(role: string, { server }: AuthContext): Promise<string> {
  const host = process.env.GCE_METADATA_HOST || 'metadata.google.internal';
  const audience = `${server.replace(/\/+$/, '')}/vault/${role}`;
  const query = new URLSearchParams({ audience, format: 'full' });
  const missing = new ProviderError('CredentialMissing', { what: "the hook's own Google identity" });
  // The metadata server is the node's own, so no proxy leads there.
  const http = createHttpClient({ env: {} });
  try {
    const answer = await http
      .request({
        method: 'GET',
        url: `http://${host}/computeMetadata/v1/instance/service-accounts/default/identity?${query}`,
        headers: { 'metadata-flavor': 'Google' },
        timeoutMs: metadataTimeoutMs,
      })
      .catch(() => Promise.reject(missing));
    const isGoogles = answer.status === 200 && answer.headers['metadata-flavor'] === 'Google';
    const jwt = Buffer.from(answer.bytes).toString().trim();
    if (!isGoogles || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw missing;
    return jwt;
  } finally {
    http.close();
  }
}
