import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { convertFoundKeys } from '../kit/keys.ts';
import type { FindQuery, RemoteRef, SecretMap, SecretsClient } from '../kit/provider.ts';
import { entryName, type FakeEntries, type FakeEntry } from './entries.ts';
import { fakePushes } from './pushes.ts';
import type { FakeSpec } from './schema.ts';

const utf8 = new TextEncoder();

/** A client of the values in the store, and of those that were pushed while it lives. */
export function connectFake(spec: FakeSpec): SecretsClient {
  // A later entry of the same key and version wins.
  const entries: FakeEntries = new Map(
    spec.data.map(({ key, version = '', value }) => [
      entryName(key, version),
      { key, version, value: utf8.encode(value), origin: 'store' },
    ]),
  );
  return {
    async read({ key, version }: RemoteRef) {
      const entry = entries.get(entryName(key, version));
      if (entry === undefined) throw new ProviderError('NotFound', { what: key });
      // To this provider alone a missing property is an absent secret (spec providers 1.7).
      return jsonSecret(entry.value, { dots: 'as-given', flatten: 'raw', missing: 'NotFound', what: key });
    },
    find: async (query) => convertFoundKeys(findByName(entries, query), query.conversionStrategy),
    ...fakePushes(entries),
    async check() {
      if (spec.validationResult === 1) return 'unknown';
      if (!spec.validationResult) return 'ready';
      throw new ProviderError('Misconfigured', { what: 'validationResult says that the store is in error' });
    },
    close: async () => {},
  };
}

/** The greatest version of every key whose name matches. */
function findByName(entries: FakeEntries, { name }: FindQuery): SecretMap {
  if (name === undefined) throw new ProviderError('Unsupported', { what: 'find by anything but name' });
  const matches = nameMatcher(name);
  const latest = new Map<string, FakeEntry>();
  for (const entry of entries.values()) {
    const known = latest.get(entry.key);
    if (matches(entry.key) && (known === undefined || entry.version >= known.version))
      latest.set(entry.key, entry);
  }
  return new Map([...latest].map(([key, { value }]) => [key, value]));
}
