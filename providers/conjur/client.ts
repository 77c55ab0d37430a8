import { readCa } from '../kit/ca.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { loginToken } from '../kit/login.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient } from '../kit/provider.ts';
import { type ConjurApi, createConjurApi, type Listed } from './api.ts';
import { accountOf, identityOf, logIn } from './auth.ts';
import type { ConjurSpec } from './schema.ts';

/** Ids of one batch: they stand in the address. */
const batchSize = 40;

/** A client of one account with one identity. Throws what reading the credentials throws. */
export async function connectConjur(
  spec: ConjurSpec,
  { credentials, now, retry, ...calls }: ConnectDeps,
): Promise<SecretsClient> {
  const account = accountOf(spec);
  const base = spec.url.replace(/\/+$/, '');
  const ca = await readCa({ ...spec, ...bundleOf(spec) }, credentials);
  const http = createHttpClient({
    ...(await identityOf(spec, credentials)),
    ...(ca === undefined ? {} : { ca }),
    ...(retry === undefined ? {} : { retry }),
  });
  const token = loginToken(() => logIn(spec, base, http, credentials, now), now);
  const api = createConjurApi(account, { base, http, token, calls });
  return {
    async read({ key, version, metadata }, signal) {
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const bytes = await api.value(idOf(account, key), version || undefined, signal).catch(named(key));
      return jsonSecret(bytes, { dots: 'as-given', flatten: 'raw', what: key });
    },
    find: (query, signal) => findVariables(api, query, signal),
    async check() {
      await token.get();
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** This provider's bundle is a text in ESO: PEM as it is, or in base64. */
function bundleOf({ caBundle }: ConjurSpec): { caBundle?: string } {
  return caBundle?.includes('-----BEGIN ') ? { caBundle: Buffer.from(caBundle).toString('base64') } : {};
}

/** An id, which may also be written with its kind or with account and kind. */
function idOf(account: string, key: string): string {
  const full = `${account}:variable:`;
  if (key.startsWith(full)) return key.slice(full.length);
  return /^variable:[^:]*$/.test(key) ? key.slice('variable:'.length) : key;
}

/** The error with the key as the manifest writes it. */
function named(what: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof ProviderError && error.details.what !== undefined
      ? new ProviderError(error.code, { ...error.details, what })
      : error;
  };
}

/** Variables by their ids: those whose id matches or, without a name, that have all annotations. */
async function findVariables(
  api: ConjurApi,
  { name, path, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (path !== undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find.path' });
  const matches = name === undefined ? undefined : nameMatcher(name);
  const isWanted = ({ id, annotations }: Listed) =>
    matches === undefined
      ? annotations.size > 0 && Object.entries(tags).every(([tag, value]) => annotations.get(tag) === value)
      : matches(id);
  const ids = (await api.list(signal)).filter(isWanted).map(({ id }) => id);
  const found: SecretMap = new Map();
  for (let at = 0; at < ids.length; at += batchSize) {
    const values = await valuesOf(api, ids.slice(at, at + batchSize), signal);
    for (const [id, value] of values) found.set(id, value);
  }
  return found;
}

/** Listed variables are shown, so that one of which Conjur then says that it is not there has no value yet: it is left out. */
async function valuesOf(
  api: ConjurApi,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const isNotShown = (error: unknown) => error instanceof ProviderError && error.code === 'NotShown';
  try {
    return await api.values(ids, signal);
  } catch (error) {
    if (!isNotShown(error)) throw error;
  }
  const found = new Map<string, Uint8Array>();
  for (const id of ids) {
    try {
      found.set(id, await api.value(id, undefined, signal));
    } catch (error) {
      if (!isNotShown(error)) throw error;
    }
  }
  return found;
}
