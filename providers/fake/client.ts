import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { convertFoundKeys } from '../kit/keys.ts';
import type { FindQuery, RemoteRef, SecretMap, SecretsClient } from '../kit/provider.ts';
import type { FakeSpec } from './schema.ts';

const utf8 = new TextEncoder();

/** A client of the values in the store. */
export function connectFake(spec: FakeSpec): SecretsClient {
  // A later entry of the same key and version wins. The pair is the key: in ESO `foo` with version `v1` hides `foov1`.
  const values = new Map(
    spec.data.map(({ key, version = '', value }) => [JSON.stringify([key, version]), utf8.encode(value)]),
  );
  return {
    async read({ key, version = '' }: RemoteRef) {
      const value = values.get(JSON.stringify([key, version]));
      if (value === undefined) throw new ProviderError('NotFound', { what: key });
      // To this provider alone a missing property is an absent secret (spec providers 1.7).
      return jsonSecret(value, { dots: 'as-given', flatten: 'raw', missing: 'NotFound', what: key });
    },
    find: async (query) => convertFoundKeys(findByName(spec, query), query.conversionStrategy),
    async check() {
      if (spec.validationResult === 1) return 'unknown';
      if (!spec.validationResult) return 'ready';
      throw new ProviderError('Misconfigured', { what: 'validationResult says that the store is in error' });
    },
    close: async () => {},
  };
}

/** The greatest version of every key whose name matches. */
function findByName({ data }: FakeSpec, { name }: FindQuery): SecretMap {
  if (name === undefined) throw new ProviderError('Unsupported', { what: 'find by anything but name' });
  const matches = nameMatcher(name);
  const latest = new Map<string, { version: string; value: string }>();
  for (const { key, version = '', value } of data) {
    const known = latest.get(key);
    if (matches(key) && (known === undefined || version >= known.version))
      latest.set(key, { version, value });
  }
  return new Map([...latest].map(([key, { value }]) => [key, utf8.encode(value)]));
}
