import { googleKey } from '../../kit/google-key.ts';
import { objectIn } from '../../kit/json/member.ts';
import { signJwt } from '../../kit/jwt.ts';

const lifetimeSeconds = 600;

/**
 * A JWT of a service account for a machine identity (infisical.com/docs/documentation/platform/identities/gcp-auth). Infisical
 * knows the account's public keys from Google, so that its own key signs here, without IAM's signJwt.
 */
export function googleJwt(key: string, identityId: string, now: number): string {
  const { email, keyId, privateKey } = googleKey(objectIn(key), 'serviceAccountKeyFilePath');
  const issuedAt = Math.floor(now / 1000);
  return signJwt(
    { alg: 'RS256', ...(keyId === undefined ? {} : { kid: keyId }) },
    { sub: email, aud: identityId, iat: issuedAt, exp: issuedAt + lifetimeSeconds },
    privateKey,
  );
}
