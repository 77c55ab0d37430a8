import { secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { loginToken, sendJsonLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { ConnectDeps, StoreScope } from '../kit/provider.ts';
import type { Renewable } from '../kit/renewable.ts';
import { bodyOf, fixedToken } from '../kit/rest.ts';
import type { DopplerSpec } from './schema.ts';

/** The store's token. Throws what reading a Secret throws. */
export async function dopplerToken(
  { auth: { secretRef, oidcConfig } }: DopplerSpec,
  base: string,
  scope: StoreScope,
  http: HttpClient,
  { credentials, now }: ConnectDeps,
): Promise<Renewable<AccessToken>> {
  if (secretRef !== undefined)
    return fixedToken(await secretText(credentials, secretRef.dopplerToken, 'dopplerToken'));
  if (oidcConfig === undefined) throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  const { identity, serviceAccountRef, expirationSeconds = 600 } = oidcConfig;
  // Without audiences of its own the token is for Doppler; the second says which store may use it.
  const isNamed = (serviceAccountRef.audiences ?? []).length > 0;
  const audiences = [...(isNamed ? [] : [base]), audienceOf(scope)];
  return loginToken(async () => {
    const { token } = await credentials.serviceAccountToken(serviceAccountRef, audiences, expirationSeconds);
    return exchange(http, base, identity, token, now());
  }, now);
}

/** docs.doppler.com/docs/service-account-identities */
function audienceOf({ kind, name, namespace }: StoreScope): string {
  return kind === 'SecretStore' ? `secretStore:${namespace}:${name}` : `clusterSecretStore:${name}`;
}

/** docs.doppler.com/reference/auth-oidc */
async function exchange(http: HttpClient, base: string, identity: string, token: string, now: number) {
  const what = `identity ${identity}`;
  const body = bodyOf(await sendJsonLogin(http, `${base}/v3/auth/oidc`, { identity, token }, what));
  const until = Date.parse(stringOf(member(body, 'expires_at')) ?? '');
  return tokenFor(stringOf(member(body, 'token')), (until - now) / 1000, now, what);
}
