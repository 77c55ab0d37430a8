import { readCa } from '../kit/ca.ts';
import { secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient } from '../kit/http.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient } from '../kit/provider.ts';
import { type Asking, type BitwardenApi, type BitwardenSecret, createBitwardenApi, isId } from './api.ts';
import { bitwardenPushes } from './push.ts';
import type { BitwardenSpec } from './schema.ts';
import { bitwardenSecret } from './value.ts';

const utf8 = new TextEncoder();

/** A client of one bitwarden-sdk-server with one machine account. Throws what reading the credentials throws. */
export async function connectBitwarden(spec: BitwardenSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const { credentials, retry } = deps;
  const token = await secretText(credentials, spec.auth.secretRef.credentials);
  const ca = await readCa(spec, credentials);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(retry === undefined ? {} : { retry }),
  });
  const api = createBitwardenApi(spec, token, http, deps);
  const look = (key: string, signal: AbortSignal) =>
    findByKey(api, spec.projectID, key, { what: key, signal });
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const secret = await look(key, signal);
      if (secret === undefined) throw await absence(api, { what: key, signal });
      return bitwardenSecret(secret.value, key);
    },
    find: (query, signal) => findSecrets(api, query, signal),
    ...bitwardenPushes(api, look),
    async check(signal) {
      await api.list({ what: 'the secrets', signal });
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** The secret of that id, or the one of that name in the project. Throws `Ambiguous`: Bitwarden lets names occur twice. */
async function findByKey(
  api: BitwardenApi,
  projectId: string,
  key: string,
  asking: Asking,
): Promise<BitwardenSecret | undefined> {
  if (isId(key)) return api.get(key, asking);
  const ids = (await api.list(asking)).filter((listed) => listed.key === key).map(({ id }) => id);
  const found = ids.length === 0 ? [] : await api.getAll(ids, asking);
  const [first, second] = found.filter((secret) => secret.projectId === projectId);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what: `secret ${key} in the project` });
  return first;
}

/**
 * To an account that may see nothing Bitwarden says the same as of what does not exist; so it is believed only while the
 * account sees something.
 */
async function absence(api: BitwardenApi, asking: Asking): Promise<ProviderError> {
  const listed = await api.list(asking);
  return new ProviderError(listed.length === 0 ? 'Denied' : 'NotFound', { what: asking.what });
}

/**
 * Secrets of the whole organization by their ids, as in ESO, since names may occur twice. Otherwise than there `name` chooses
 * among their names.
 */
async function findSecrets(
  api: BitwardenApi,
  { name, path, tags }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (path !== undefined || tags !== undefined)
    throw new ProviderError('Unsupported', { what: 'dataFrom.find by path or tags' });
  const asking = { what: 'dataFrom.find', signal };
  const matches = name === undefined ? () => true : nameMatcher(name);
  const ids = (await api.list(asking)).filter(({ key }) => matches(key)).map(({ id }) => id);
  const found = await api.getAll(ids, asking);
  return new Map(found.map(({ id, value }) => [id, utf8.encode(value)]));
}
