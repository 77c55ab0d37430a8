import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ProviderError } from '../../kit/errors.ts';
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
  const email = stringOf(member(key, 'client_email'));
  const pem = stringOf(member(key, 'private_key'));
  const keyId = stringOf(member(key, 'private_key_id'));
  const named = stringOf(member(key, 'token_uri')) || tokenUri;
  const url = named === oldTokenUri ? tokenUri : named;
  const isKey = stringOf(member(key, 'type')) === 'service_account';
  if (!isKey || !email || !pem) throw unusable(`${what} is no JSON key of a service account`);
  if (!isGoogleApi(url)) throw unusable(`${what} has a token_uri that is not Google's`);
  const privateKey = readKey(pem, what);
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

function readKey(pem: string, what: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  throw unusable(`${what} holds no usable private key`);
}

function unusable(what: string): ProviderError {
  return new ProviderError('Misconfigured', { what });
}
