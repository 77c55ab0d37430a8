import { secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { loginToken, sendJsonLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { ConnectDeps } from '../kit/provider.ts';
import type { Renewable } from '../kit/renewable.ts';
import { bodyOf, fixedToken } from '../kit/rest.ts';
import type { PulumiSpec } from './schema.ts';

type OidcConfig = NonNullable<NonNullable<PulumiSpec['auth']>['oidcConfig']>;

/** The store's token. Throws what reading a Secret throws. */
export async function pulumiToken(
  { auth, accessToken, apiUrl }: PulumiSpec,
  http: HttpClient,
  { credentials, now }: ConnectDeps,
): Promise<Renewable<AccessToken>> {
  const selector = (auth?.accessToken ?? accessToken)?.secretRef;
  if (selector !== undefined) return fixedToken(await secretText(credentials, selector));
  const oidc = auth?.oidcConfig;
  if (oidc === undefined) throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  // The exchange is beside the API, not below it.
  const base = apiUrl.replace(/\/$/, '').replace(/\/api\/esc$/, '');
  const { serviceAccountRef, expirationSeconds } = oidc;
  const isNamed = (serviceAccountRef.audiences ?? []).length > 0;
  return loginToken(async () => {
    const audiences = isNamed ? [] : [base];
    const { token } = await credentials.serviceAccountToken(serviceAccountRef, audiences, expirationSeconds);
    return exchange(http, base, oidc, token, now());
  }, now);
}

/** pulumi.com/docs/reference/cloud-rest-api/oauth-token-exchange (RFC 8693, in JSON) */
async function exchange(
  http: HttpClient,
  base: string,
  { organization, expirationSeconds }: OidcConfig,
  token: string,
  now: number,
): Promise<AccessToken> {
  const what = `organization ${organization}`;
  const body = {
    audience: `urn:pulumi:org:${organization}`,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:pulumi:token-type:access_token:organization',
    subject_token: token,
    expiration: expirationSeconds,
    scope: '',
  };
  const answered = bodyOf(await sendJsonLogin(http, `${base}/api/oauth/token`, body, what));
  const seconds = member(answered, 'expires_in');
  return tokenFor(
    stringOf(member(answered, 'access_token')),
    Number(seconds?.kind === 'number' ? seconds.text : Number.NaN),
    now,
    what,
  );
}
