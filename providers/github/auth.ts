import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type Credentials, secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { signJwt } from '../kit/jwt.ts';
import { sendLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import { bodyOf } from '../kit/rest.ts';
import type { GithubSpec } from './schema.ts';

/** What every request says (docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api). */
export const headers = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
} as const;

/** GitHub's clock may be behind. */
const earlierSeconds = 60;
const jwtSeconds = 540;

/** docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
export async function logIn(
  { appID, installationID, auth }: GithubSpec,
  base: string,
  http: HttpClient,
  credentials: Credentials,
  now: number,
): Promise<AccessToken> {
  const key = privateKey(await secretText(credentials, auth.privateKey));
  const seconds = Math.floor(now / 1000);
  const claims = { iat: seconds - earlierSeconds, exp: seconds + jwtSeconds, iss: String(appID) };
  const authorization = `Bearer ${signJwt({ alg: 'RS256' }, claims, key)}`;
  const what = `installation ${installationID} of app ${appID}`;
  const url = `${base}/app/installations/${installationID}/access_tokens`;
  const answer = await sendLogin(http, { url, what, headers: { ...headers, authorization } }, (sent) => {
    return stringOf(member(bodyOf(sent), 'message')) !== undefined;
  });
  const body = bodyOf(answer);
  const until = Date.parse(stringOf(member(body, 'expires_at')) ?? '');
  return tokenFor(stringOf(member(body, 'token')), (until - now) / 1000, now, what);
}

function privateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  throw new ProviderError('Misconfigured', { what: 'auth.privateKey is no RSA key in PEM' });
}
