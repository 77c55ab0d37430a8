import { ProviderError } from '../../kit/errors.ts';
import { type AccessToken, form, requestToken } from '../../kit/oauth.ts';
import { type AuthContext, cloudPlatform } from './login.ts';

/** A foreign token, and the pool's provider that accepts it. */
export interface Subject {
  readonly token: string;
  /** A URN, such as `urn:ietf:params:oauth:token-type:jwt`. */
  readonly type: string;
  readonly audience: string;
}

export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Security Token Service: cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token */
export function exchangeToken(
  { token, type, audience }: Subject,
  what: string,
  { google, now }: AuthContext,
  url = 'https://sts.googleapis.com/v1/token',
): Promise<AccessToken> {
  const fields = {
    grant_type: exchangeGrant,
    audience,
    scope: cloudPlatform,
    requested_token_type: accessTokenType,
    subject_token: token,
    subject_token_type: type,
  };
  return requestToken(google.apis, { url, what, ...form(fields) }, now());
}

/** The exchange of GKE: cloud.google.com/kubernetes-engine/docs/concepts/workload-identity */
export function bindIdentity(
  token: string,
  audience: string,
  what: string,
  { google, now }: AuthContext,
): Promise<AccessToken> {
  const body = Buffer.from(
    JSON.stringify({
      grant_type: exchangeGrant,
      subject_token_type: jwtType,
      requested_token_type: accessTokenType,
      subject_token: token,
      audience,
      scope: cloudPlatform,
    }),
  );
  const url = 'https://securetoken.googleapis.com/v1/identitybindingtoken';
  return requestToken(
    google.apis,
    { url, what, headers: { 'content-type': 'application/json' }, body },
    now(),
  );
}

/**
 * A token of a service account for one that may act as it:
 * cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function impersonate(
  token: AccessToken,
  email: string,
  { google, now }: AuthContext,
  lifetimeSeconds?: number,
): Promise<AccessToken> {
  const what = `service account ${email}`;
  // It becomes a part of a URL.
  if (!/^[A-Za-z0-9.:_-]+@[A-Za-z0-9.:-]+$/.test(email)) throw new ProviderError('Misconfigured', { what });
  const lifetime = lifetimeSeconds === undefined ? {} : { lifetime: `${lifetimeSeconds}s` };
  return requestToken(
    google.apis,
    {
      url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
      what,
      headers: { authorization: `Bearer ${token.value}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ scope: [cloudPlatform], ...lifetime })),
    },
    now(),
  );
}
