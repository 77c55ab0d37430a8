import { readCa } from '../kit/ca.ts';
import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { ConnectDeps, SecretsClient } from '../kit/provider.ts';
import { type Asking, createSecretServerApi, idOf, type SecretServerApi } from './api.ts';
import { createSession } from './auth.ts';
import { findByKey } from './names.ts';
import { secretServerPushes } from './push.ts';
import type { SecretServerSpec } from './schema.ts';
import { type Field, fieldsOf, secretServerSecret } from './secret.ts';

/** A client of one Secret Server with one user. Logs in when it is first used. Throws what reading the credential throws. */
export async function connectSecretServer(spec: SecretServerSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const ca = await readCa(spec, deps.credentials);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(deps.retry === undefined ? {} : { retry: deps.retry }),
  });
  const session = await createSession(spec, http, deps);
  const api = createSecretServerApi(session, http, deps);
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const asking = { what: key, signal };
      const secret = await findByKey(api, key, { choice: 'first' }, asking);
      if (secret === undefined) throw new ProviderError('NotFound', { what: key });
      return secretServerSecret(secret, await withFiles(api, secret, asking), key);
    },
    ...secretServerPushes(api),
    async check(signal) {
      await api.search('keyhook looks whether it may search', { what: 'the secrets', signal });
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** The fields, those of files with what is in the files. */
async function withFiles(api: SecretServerApi, secret: JsonNode, asking: Asking): Promise<Field[]> {
  const id = idOf(secret, asking.what);
  const fields: Field[] = [];
  for (const field of fieldsOf(secret))
    fields.push(field.isAttached ? { ...field, value: await api.file(id, field.slug, asking) } : field);
  return fields;
}
