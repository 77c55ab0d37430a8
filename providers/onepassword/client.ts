import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { labelledSecret } from '../kit/labelled-item.ts';
import type { ConnectDeps, SecretsClient } from '../kit/provider.ts';
import { createConnectApi } from './api.ts';
import { findSecrets } from './find.ts';
import { contentOf, findItem } from './items.ts';
import { connectPushes } from './push.ts';
import type { OnepasswordSpec } from './schema.ts';
import { createVaults } from './vaults.ts';

/** A client of one Connect server with one token. Throws what reading the token throws. */
export async function connectOnepassword(spec: OnepasswordSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const token = Buffer.from(await deps.credentials.secret(spec.auth.secretRef.connectTokenSecretRef))
    .toString()
    .trim();
  if (token === '') throw new ProviderError('Misconfigured', { what: 'the token is empty' });
  const http = createHttpClient();
  const api = createConnectApi(spec.connectHost, token, http, deps);
  const vaults = createVaults(api, spec.vaults, deps.now);
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const item = await findItem(api, vaults, key, signal);
      if (item === undefined) throw new ProviderError('NotFound', { what: key });
      return labelledSecret(await contentOf(api, item, key, signal), key);
    },
    find: (query, signal) => findSecrets(api, vaults, query, signal),
    ...connectPushes(api, vaults),
    async check(signal) {
      await vaults.check(signal);
      return 'ready';
    },
    close: async () => http.close(),
  };
}
