import { ProviderError } from '../kit/errors.ts';
import type { SecretMap, SecretsClient } from '../kit/provider.ts';
import type { Account } from './account.ts';
import type { Cache } from './cache.ts';

/** The variables of a 1Password Environment, read-only (spec providers 7). The key of an extract has no meaning, nor have the filters of a find. */
export function connectEnvironment(account: Account, id: string, cache: Cache): SecretsClient {
  const what = `environment ${id}`;
  const variables = (signal: AbortSignal): Promise<SecretMap> =>
    cache.get('', async () => {
      const { variables: all } = await account.run('EnvironmentsGetVariables', what, signal, (client) =>
        client.environments.getVariables(id),
      );
      return new Map(all.map(({ name, value }) => [name, Buffer.from(value)] as const));
    });
  const readOnly = () =>
    Promise.reject(new ProviderError('Unsupported', { what: 'pushing into a 1Password Environment' }));
  return {
    async read({ key, version }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      const all = await variables(signal);
      const one = (name: string) => {
        const value = all.get(name);
        if (value === undefined) throw new ProviderError('PropertyMissing', { what, property: name });
        return value;
      };
      return {
        size: [...all].reduce((size, [name, value]) => size + name.length + value.byteLength, 0),
        value: () => one(key),
        map: (property) => (property ? new Map([[property, one(property)]]) : new Map(all)),
      };
    },
    find: async (_query, signal) => new Map(await variables(signal)),
    push: readOnly,
    delete: readOnly,
    exists: readOnly,
    async check(signal) {
      await variables(signal);
      return 'ready';
    },
    close: async () => cache.clear(),
  };
}
