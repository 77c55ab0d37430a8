import { ProviderError } from '../../kit/errors.ts';
import { googleKey } from '../../kit/google-key.ts';
import { member, stringOf } from '../../kit/json/member.ts';
import type { JsonNode } from '../../kit/json/tokenizer.ts';
import { signJwt } from '../../kit/jwt.ts';
import { form, requestToken } from '../../kit/oauth.ts';
import { isGoogleApi } from '../google.ts';
import { type AuthContext, cloudPlatform, type Login } from './login.ts';

const tokenUri = 'https://oauth2.googleapis.com/token';
/** Written into old keys; the same endpoint. */
const oldTokenUri = 'https://accounts.google.com/o/oauth2/token';
const lifetimeSeconds = 3600;

/**
 * Login with the key of a service account: a signed JWT for a token
 * (developers.google.com/identity/protocols/oauth2/service-account#httprest). Throws `Misconfigured` for what is no such key.
 */
export function keyLogin(key: JsonNode | undefined, what: string, { google, now }: AuthContext): Login {
  const { email, keyId, privateKey } = googleKey(key, what);
  const named = stringOf(member(key, 'token_uri')) || tokenUri;
  const url = named === oldTokenUri ? tokenUri : named;
  if (!isGoogleApi(url)) {
    throw new ProviderError('Misconfigured', { what: `${what} has a token_uri that is not Google's` });
  }
  return async () => {
    const issuedAt = Math.floor(now() / 1000);
    const assertion = signJwt(
      { alg: 'RS256', ...(keyId ? { kid: keyId } : {}) },
      { iss: email, scope: cloudPlatform, aud: url, iat: issuedAt, exp: issuedAt + lifetimeSeconds },
      privateKey,
    );
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    return requestToken(google.apis, { url, what, ...form(grant) }, now());
  };
}
