import { durationMs } from '../kit/duration.ts';
import { ProviderError } from '../kit/errors.ts';
import { labelledSecret } from '../kit/labelled-item.ts';
import type { ConnectDeps, RemoteSecret, SecretsClient } from '../kit/provider.ts';
import { openAccount } from './account.ts';
import { type Cache, createCache, noCache } from './cache.ts';
import { connectEnvironment } from './environment.ts';
import { findSecrets } from './find.ts';
import { sdkPushes } from './push.ts';
import type { OnepasswordSdkSpec } from './schema.ts';
import { openVault } from './vault.ts';

/** A client of one vault or Environment as one service account. Throws what reading the token throws. */
export async function connectOnepasswordSdk(
  spec: OnepasswordSdkSpec,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const account = await openAccount(spec, deps);
  const cache = cacheOf(spec, deps.now);
  if (spec.environment) return connectEnvironment(account, spec.environment, cache);
  const vault = openVault(account, spec.vault ?? '');

  const item = async (key: string, signal: AbortSignal): Promise<RemoteSecret> => {
    const found = await vault.look(key, signal);
    if (found === undefined) throw new ProviderError('NotFound', { what: key });
    return labelledSecret(await vault.content(found, key, signal), key);
  };
  /** `item/[section/]field[?attribute=...]` of the vault, as a secret reference has it; a property has no meaning then. */
  const reference = async (key: string, signal: AbortSignal): Promise<RemoteSecret> => {
    const id = await vault.id(signal);
    const text = await account.run('SecretsResolve', key, signal, (client) =>
      client.secrets.resolve(`op://${id}/${key}`),
    );
    const bytes = Buffer.from(text);
    return {
      size: bytes.byteLength,
      value: () => bytes,
      map() {
        throw new ProviderError('NotAnObject', { what: key });
      },
    };
  };

  return {
    async read({ key: given, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const key = given.replace(/^\//, '');
      return cache.get(key, async () => {
        if (!key.includes('/')) return item(key, signal);
        try {
          return await reference(key, signal);
        } catch (error) {
          const mayBeTitle =
            error instanceof ProviderError && (error.code === 'NotFound' || error.code === 'Rejected');
          if (!mayBeTitle) throw error;
          // A title may hold a slash, too; the vault's list knows.
          return item(key, signal);
        }
      });
    },
    find: (query, signal) => findSecrets(vault, query, signal),
    ...sdkPushes(account, vault, cache),
    async check(signal) {
      await vault.id(signal);
      return 'ready';
    },
    close: async () => cache.clear(),
  };
}

function cacheOf({ cache }: OnepasswordSdkSpec, now: () => number): Cache {
  if (cache === undefined) return noCache;
  return createCache(durationMs(cache.ttl ?? '5m'), cache.maxSize ?? 100, now);
}
