import { documentPushes } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient, StoreScope } from '../kit/provider.ts';
import { createDopplerApi, type DopplerApi } from './api.ts';
import { dopplerToken } from './auth.ts';
import type { DopplerSpec } from './schema.ts';

const defaultBase = 'https://api.doppler.com';
const fileKey = 'DOPPLER_SECRETS_FILE';
const utf8 = new TextEncoder();

/** A client of one config. `DOPPLER_BASE_URL` stands for Doppler's address, as in ESO. Throws what reading the token throws. */
export async function connectDoppler(
  spec: DopplerSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const base = (process.env.DOPPLER_BASE_URL || defaultBase).replace(/\/+$/, '');
  const http = createHttpClient(deps.retry === undefined ? {} : { retry: deps.retry });
  const token = await dopplerToken(spec, base, scope, http, deps);
  const api = createDopplerApi(spec, { base, http, token, calls: deps });
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const value = await api.secret(key, signal);
      if (value === undefined) throw new ProviderError('NotFound', { what: key });
      return jsonSecret(utf8.encode(value), { dots: 'as-given', flatten: 'raw', what: key });
    },
    find: (query, signal) => findSecrets(api, spec.format, query, signal),
    ...documentPushes({ look: api.secret, create: api.set, update: api.set, remove: api.remove }),
    async check(signal) {
      await api.check(signal);
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** Secrets whose names begin with the path and match, or the one key of a format. */
async function findSecrets(
  api: DopplerApi,
  format: DopplerSpec['format'],
  { name, path = '', tags }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (tags !== undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find.tags' });
  const matches = name === undefined ? () => true : nameMatcher(name);
  const all = format
    ? [[fileKey, await api.file(format, signal)] as const]
    : [...(await api.secrets(signal))].map(([key, value]) => [key, utf8.encode(value)] as const);
  return new Map(all.filter(([key]) => key.startsWith(path) && matches(key)));
}
