import { mapConcurrently } from '../kit/concurrently.ts';
import { bytePushes } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient } from '../kit/provider.ts';
import { readValueOrRef } from '../kit/value-or-ref.ts';
import { type Asking, createScalewayApi, type ScalewayApi } from './api.ts';
import { findByKey, parseKey } from './names.ts';
import type { ScalewaySpec } from './schema.ts';

const newest = 'latest_enabled';
const callsAtOnce = 8;

/** A client of one project with one API key. Throws what reading the key throws. */
export async function connectScaleway(spec: ScalewaySpec, deps: ConnectDeps): Promise<SecretsClient> {
  const { credentials, retry } = deps;
  // Requests carry the secret half alone; the other half has to be there all the same, as in ESO.
  const [, secretKey] = await Promise.all([
    readValueOrRef(spec.accessKey, credentials),
    readValueOrRef(spec.secretKey, credentials),
  ]);
  const http = createHttpClient(retry === undefined ? {} : { retry });
  const api = createScalewayApi(spec, secretKey, http, deps);
  return {
    async read({ key, version, metadata }, signal) {
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const bytes = await readBytes(api, key, version || newest, { what: key, signal });
      if (bytes === undefined) throw new ProviderError('NotFound', { what: key });
      return jsonSecret(bytes, {
        dots: 'as-given',
        flatten: 'raw',
        numbers: 'as-written',
        missing: 'NotFound',
        what: key,
      });
    },
    find: (query, signal) => findSecrets(api, query, signal),
    ...pushes(api),
    async check(signal) {
      await api.list({ name: 'keyhook-looks-whether-it-may-list' }, { what: 'the secrets', signal });
      return 'ready';
    },
    close: async () => http.close(),
  };
}

async function readBytes(
  api: ScalewayApi,
  key: string,
  revision: string,
  asking: Asking,
): Promise<Uint8Array | undefined> {
  const named = parseKey(key);
  if (named.kind === 'id') return api.access(named.id, revision, asking);
  if (named.kind === 'path') return api.accessByPath(named, revision, asking);
  const found = await findByKey(api, named, asking);
  return found && api.access(found.id, revision, asking);
}

/**
 * The newest enabled revisions of all secrets that match, by their names. Of tags only the names count, as Scaleway's are
 * words. Unlike in ESO a secret that cannot be read fails the find, and so do two of one name.
 */
async function findSecrets(
  api: ScalewayApi,
  { name, path, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const asking = { what: 'dataFrom.find', signal };
  const matches = name === undefined ? () => true : nameMatcher(name);
  const wanted = Object.keys(tags);
  const listed = await api.list({ path, tag: wanted[0] }, asking);
  const chosen = listed.filter(
    (secret) => matches(secret.name) && wanted.every((tag) => secret.tags.includes(tag)),
  );
  const values = await mapConcurrently(chosen, callsAtOnce, (secret) =>
    api.access(secret.id, newest, { what: secret.name, signal }),
  );
  const found: SecretMap = new Map();
  for (const [index, secret] of chosen.entries()) {
    const value = values[index];
    // Without an enabled revision it has no value.
    if (value === undefined) continue;
    if (found.has(secret.name)) throw new ProviderError('Ambiguous', { what: secret.name });
    found.set(secret.name, value);
  }
  return found;
}

/** Scaleway cannot say whose a secret is, so a push overwrites, as in ESO. */
function pushes(api: ScalewayApi) {
  const placeOf = (key: string) => {
    const named = parseKey(key);
    if (named.kind !== 'id') return named;
    throw new ProviderError('InvalidPush', { what: `${key}: push to name: or path:` });
  };
  const known = async (key: string, signal: AbortSignal) =>
    findByKey(api, placeOf(key), { what: key, signal });
  return bytePushes({
    async look(key, signal) {
      const secret = await known(key, signal);
      return secret && ((await api.access(secret.id, newest, { what: key, signal })) ?? new Uint8Array());
    },
    async write(key, bytes, signal) {
      const asking = { what: key, signal };
      const secret = await known(key, signal);
      const id = secret?.id ?? (await api.create({ path: '/', ...placeOf(key) }, asking));
      await api.addVersion(id, bytes, asking);
    },
    async remove(key, signal) {
      const secret = await known(key, signal);
      if (secret !== undefined) await api.remove(secret.id, { what: key, signal });
    },
  });
}
