import { posix } from 'node:path';
import { readCa } from '../kit/ca.ts';
import { documentPushes } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient, type HttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient, StoreScope } from '../kit/provider.ts';
import { type Address, createInfisicalApi, type InfisicalApi } from './api.ts';
import { infisicalSession, type Session } from './auth/index.ts';
import { addressOf } from './methods.ts';
import type { InfisicalSpec } from './schema.ts';

const utf8 = new TextEncoder();
const revokeTimeoutMs = 5_000;

/** A client of one environment with one machine identity. Throws what reading the credentials throws. */
export async function connectInfisical(
  spec: InfisicalSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const base = addressOf(spec);
  const ca = await readCa(spec, deps.credentials);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(deps.retry === undefined ? {} : { retry: deps.retry }),
  });
  const session = await infisicalSession(spec, base, scope, http, deps);
  const used = remembered(session);
  const api = createInfisicalApi(spec, { base, http, token: used.token, calls: deps });
  const placeOf = (key: string) => placed(spec.secretsScope.secretsPath || '/', key);
  return {
    async read({ key, version, metadata }, signal) {
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const look = { what: key, resolved: true, ...(version ? { version } : {}) };
      const value = await api.secret(placeOf(key), look, signal);
      if (value === undefined) throw new ProviderError('NotFound', { what: key });
      return jsonSecret(utf8.encode(value), { dots: 'as-given', flatten: 'raw', what: key });
    },
    find: (query, signal) => findSecrets(api, query, signal),
    ...documentPushes({
      look: (key, signal) => api.secret(placeOf(key), { what: key, resolved: false }, signal),
      create: (key, secretValue, signal) =>
        api.write('POST', placeOf(key), key, { secretValue, skipMultilineEncoding: true }, signal),
      update: (key, secretValue, signal) =>
        api.write('PATCH', placeOf(key), key, { secretValue, skipMultilineEncoding: true }, signal),
      remove: (key, signal) => api.write('DELETE', placeOf(key), key, {}, signal),
    }),
    async check(signal) {
      await api.secrets(false, signal);
      return 'ready';
    },
    async close() {
      const token = used.last();
      if (session.isOwn && token !== undefined) await revoke(http, base, token);
      http.close();
    },
  };
}

/** The session's token, and the one that was handed out last. */
function remembered({ token }: Session) {
  let last: string | undefined;
  const remember = <T extends { readonly value: string }>(given: T): T => {
    last = given.value;
    return given;
  };
  return {
    token: {
      get: () => token.get().then(remember),
      replace: (refused: Parameters<typeof token.replace>[0]) => token.replace(refused).then(remember),
    },
    last: () => last,
  };
}

/** infisical.com/docs/api-reference/endpoints/universal-auth/revoke-access-token; best effort. */
async function revoke(http: HttpClient, base: string, accessToken: string): Promise<void> {
  const request = {
    method: 'POST',
    url: `${base}/v1/auth/token/revoke`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ accessToken })),
    timeoutMs: revokeTimeoutMs,
  };
  await http.request(request).catch(() => {});
}

/** A key without a slash is a name in the store's folder, one that begins with a slash a path, any other a path below the folder. */
function placed(folder: string, key: string): Address {
  const at = key.lastIndexOf('/');
  if (at < 0) return { folder, name: key };
  const [path, name] = [key.slice(0, at), key.slice(at + 1)];
  return { folder: key.startsWith('/') ? path || '/' : posix.join(folder, path), name };
}

/** Secrets by their names, those whose folder begins with the path; of equal names in several folders the last. */
async function findSecrets(
  api: InfisicalApi,
  { name, path = '', tags }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (tags !== undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find.tags' });
  const matches = name === undefined ? () => true : nameMatcher(name);
  const secrets = await api.secrets(true, signal);
  const wanted = secrets.filter((secret) => secret.folder.startsWith(path) && matches(secret.name));
  return new Map(wanted.map((secret) => [secret.name, utf8.encode(secret.value)]));
}
