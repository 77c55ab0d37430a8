import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { type AccessToken, form, requestToken } from '../kit/oauth.ts';
import type { ConnectDeps } from '../kit/provider.ts';
import { type Renewable, renewable } from '../kit/renewable.ts';
import { bodyOf, failure } from '../kit/rest.ts';
import { readValueOrRef } from '../kit/value-or-ref.ts';
import type { SecretServerSpec } from './schema.ts';

/** A token, and the Secret Server that takes it. */
export interface Session extends AccessToken {
  readonly server: string;
}

interface User {
  readonly name: string;
  readonly password: string;
  readonly domain: string | undefined;
}

const timeoutMs = 10_000;

/** How a store's requests get their token. Throws what reading the credential throws. */
export async function createSession(
  spec: SecretServerSpec,
  http: HttpClient,
  { credentials, now }: Pick<ConnectDeps, 'credentials' | 'now'>,
): Promise<Renewable<Session>> {
  const server = spec.serverURL.replace(/\/+$/, '');
  if (spec.token !== undefined) {
    const value = await readValueOrRef(spec.token, credentials);
    const session = { server, value, renewAt: Number.POSITIVE_INFINITY };
    return { get: async () => session, replace: async () => session };
  }
  const [name, password] = await Promise.all([
    readValueOrRef(spec.username ?? {}, credentials),
    readValueOrRef(spec.password ?? {}, credentials),
  ]);
  const user = { name, password, domain: spec.domain || undefined };
  const logIn = async () =>
    (await isSecretServer(http, server))
      ? ofServer(http, server, user, now())
      : ofPlatform(http, server, user, now());
  return renewable(logIn, ({ renewAt }) => now() < renewAt);
}

/** Whether the address is that of a Secret Server, or else of the Platform. Throws `Unavailable` when it says it is neither. */
async function isSecretServer(http: HttpClient, server: string): Promise<boolean> {
  if (await isHealthy(http, `${server}/api/v1/healthcheck`)) return true;
  if (await isHealthy(http, `${server}/health`)) return false;
  throw new ProviderError('Unavailable', { what: 'serverURL' });
}

async function isHealthy(http: HttpClient, url: string): Promise<boolean> {
  const answer = await http.request({ method: 'GET', url, timeoutMs });
  const healthy = member(bodyOf(answer), 'healthy') ?? member(bodyOf(answer), 'Healthy');
  if (healthy?.kind === 'boolean') return healthy.value;
  return answer.status === 200 && Buffer.from(answer.bytes.subarray(0, 1_024)).includes('Healthy');
}

/** docs.delinea.com/online-help/secret-server/api-scripting/authentication: OAuth 2 with a password. */
async function ofServer(http: HttpClient, server: string, user: User, now: number): Promise<Session> {
  const fields = {
    grant_type: 'password',
    username: user.name,
    password: user.password,
    ...(user.domain === undefined ? {} : { domain: user.domain }),
  };
  const query = { url: `${server}/oauth2/token`, what: `user ${user.name}`, ...form(fields) };
  return { server, ...(await requestToken(http, query, now)) };
}

/** docs.delinea.com/online-help/platform-api/secret-server-apis-from-platform.htm: the Platform tells its default vault. */
async function ofPlatform(http: HttpClient, platform: string, user: User, now: number): Promise<Session> {
  const what = `service account ${user.name}`;
  const token = await requestToken(
    http,
    {
      url: `${platform}/identity/api/oauth2/token/xpmplatform`,
      what,
      ...form({
        grant_type: 'client_credentials',
        client_id: user.name,
        client_secret: user.password,
        scope: 'xpmheadless',
      }),
    },
    now,
  );
  const answer = await http.request({
    method: 'GET',
    url: `${platform}/vaultbroker/api/vaults`,
    headers: { authorization: `Bearer ${token.value}`, accept: 'application/json' },
    timeoutMs,
  });
  const vaults = member(bodyOf(answer), 'vaults');
  if (answer.status !== 200 || vaults?.kind !== 'array')
    throw failure(answer, 'the vaults of the Platform', undefined);
  const isTrue = (name: string) => (node: (typeof vaults.items)[number]) => {
    const flag = member(node, name);
    return flag?.kind === 'boolean' && flag.value;
  };
  const vault = itemsOf(vaults).filter(isTrue('isDefault')).find(isTrue('isActive'));
  const url = stringOf(member(member(vault, 'connection'), 'url'));
  if (url === undefined || !/^https?:\/\//.test(url))
    throw new ProviderError('Misconfigured', { what: 'the Platform has no active default vault' });
  return { server: url.replace(/\/+$/, ''), ...token };
}
