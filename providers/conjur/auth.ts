import { type Credentials, secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient, HttpOptions } from '../kit/http.ts';
import { sendLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { ConjurSpec } from './schema.ts';

/** What a store shows to Conjur for a token. */
interface Proof {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  readonly what: string;
}

/** Tokens are good for 8 minutes, and cannot be given back. */
const tokenSeconds = 480;
const jwtSeconds = 600;
const form = 'application/x-www-form-urlencoded';

/** The account whose variables a store reads. */
export function accountOf({ auth: { apikey, jwt, cert } }: ConjurSpec): string {
  const account = (apikey ?? jwt ?? cert)?.account;
  if (!account) throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  return account;
}

/** The client certificate of `auth.cert`; it is shown when the connection is made. */
export async function identityOf(
  { auth: { cert } }: ConjurSpec,
  credentials: Credentials,
): Promise<Pick<HttpOptions, 'identity'>> {
  if (cert === undefined) return {};
  const identity = {
    cert: await secretText(credentials, cert.clientCertRef),
    key: await secretText(credentials, cert.clientKeyRef),
  };
  return { identity };
}

/** docs.cyberark.com/conjur-open-source/latest/en/content/developer/conjur_api_authenticate.htm */
export async function logIn(
  spec: ConjurSpec,
  base: string,
  http: HttpClient,
  credentials: Credentials,
  now: () => number,
): Promise<AccessToken> {
  const { path, contentType, body, what } = await proofOf(spec, credentials);
  const query = {
    url: `${base}/${path}/authenticate`,
    headers: { 'content-type': contentType },
    body: Buffer.from(body),
    what,
  };
  const { bytes } = await sendLogin(http, query, isConjurs);
  return tokenFor(Buffer.from(bytes).toString('base64'), tokenSeconds, now(), what);
}

/** A refusal of Conjur has no body, or one in JSON. */
function isConjurs({ status, bytes }: HttpAnswer): boolean {
  return status === 401 && bytes.byteLength === 0;
}

async function proofOf(
  { auth: { apikey, jwt, cert } }: ConjurSpec,
  credentials: Credentials,
): Promise<Proof> {
  if (apikey !== undefined) {
    const login = await secretText(credentials, apikey.userRef);
    const body = await secretText(credentials, apikey.apiKeyRef);
    const path = `authn/${part(apikey.account)}/${part(login)}`;
    return { path, contentType: 'text/plain', body, what: 'the login of auth.apikey' };
  }
  if (jwt !== undefined) {
    const { account, serviceID, hostId } = jwt;
    const body = String(new URLSearchParams({ jwt: await tokenOf(jwt, credentials) }));
    const path = ['authn-jwt', part(serviceID), part(account), ...(hostId ? [part(hostId)] : [])].join('/');
    return { path, contentType: form, body, what: `the JWT for ${serviceID}` };
  }
  if (cert === undefined) throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  const { account, serviceID, hostId } = cert;
  const host = hostId && `host/${hostId.replace(/^host\//, '')}`;
  const path = ['authn-cert', part(serviceID), part(account), ...(host ? [part(host)] : [])].join('/');
  return { path, contentType: form, body: '', what: `the certificate for ${serviceID}` };
}

const part = (text: string) => encodeURIComponent(text);

async function tokenOf(
  { serviceAccountRef, secretRef }: NonNullable<ConjurSpec['auth']['jwt']>,
  credentials: Credentials,
): Promise<string> {
  if (serviceAccountRef !== undefined)
    return (await credentials.serviceAccountToken(serviceAccountRef, [], jwtSeconds)).token;
  return secretText(credentials, secretRef ?? {}, 'token');
}
