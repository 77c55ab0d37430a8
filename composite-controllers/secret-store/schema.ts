import type { Static } from 'typebox';
import type { Provider } from '../../providers/kit/provider.ts';
import { K, type Schema } from '../../providers/kit/schema.ts';
import { knownProviders } from '../../providers/known.ts';
import { conditions } from '../lib/condition-schema.ts';
import { namespaceSelector } from '../lib/label-selector-schema.ts';

const namespaceConditions = K.list(
  'Namespaces that may use a ClusterSecretStore: those that any entry matches. Without entries all may.',
  K.object('Selects namespaces; any of the fields may match.', {
    namespaceSelector: K.optional(namespaceSelector),
    namespaces: K.optional(K.list('Names of namespaces.', K.namespace())),
    namespaceRegexes: K.optional(
      K.list('Regular expressions (RE2) that are searched in the name of the namespace.', K.string()),
    ),
    remoteKeys: K.optional(
      K.object(
        'The keys of the backend that these namespaces may read, list and push: those that any of the fields fits. Absent means all. ESO has no such field.',
        {
          prefixes: K.optional(
            K.list(
              'Beginnings of keys; $(namespace) stands for the name of the namespace. End them at a boundary, such as teams/$(namespace)/.',
              K.string(undefined, { minLength: 1 }),
            ),
          ),
          regexes: K.optional(
            K.list(
              'Regular expressions (RE2) that match whole keys; $(namespace) stands for the name of the namespace.',
              K.string(undefined, { minLength: 1 }),
            ),
          ),
        },
      ),
    ),
  }),
);

/** The part of a provider that makes up its section of `spec.provider`. */
export type ProviderSection = Pick<Provider, 'name' | 'spec'>;

/** Schema of `spec.provider`: the sections of the given providers, and those that ESO knows as opaque objects. */
function providerUnion(built: readonly ProviderSection[]): Schema<Record<string, unknown>> {
  const opaque = K.any('Known, but not built: it is kept as it is, and Ready says so.');
  const sections = new Map<string, Schema>(knownProviders.map((name) => [name, opaque]));
  for (const { name, spec } of built) sections.set(name, spec as Schema);
  const names = [...sections.keys()].sort();
  return K.object(
    'The backend: exactly one of the following.',
    Object.fromEntries(names.map((name) => [name, K.optional(sections.get(name)!)])),
    { minProperties: 1, maxProperties: 1 },
  ) as Schema<Record<string, unknown>>;
}

/** Schema of the `spec` of a SecretStore and of a ClusterSecretStore (spec core 2.1). */
export const storeSpec = (built: readonly ProviderSection[]) =>
  K.object('A backend, and how to log in to it.', {
    controller: K.optional(
      K.string('Class of the controller that looks after this store. Absent means every controller.'),
    ),
    provider: providerUnion(built),
    refreshInterval: K.optional(
      K.secondsOrDuration(
        'Time between two validations of the store: seconds, or a duration such as 5m. Zero or absent means the default of the installation.',
      ),
    ),
    retrySettings: K.optional(
      K.object('How failed calls to the backend are repeated, for the providers that heed it.', {
        maxRetries: K.optional(K.int('Number of repetitions.', { format: 'int32' })),
        retryInterval: K.optional(K.duration('Time between two attempts, such as 5s.')),
      }),
    ),
    conditions: K.optional(namespaceConditions),
  });

/** Schema of a store's `status` (spec core 2.1). */
export const storeStatus = K.object('What is known of the store.', {
  capabilities: K.optional(K.string('What the provider can do: ReadOnly, WriteOnly or ReadWrite.')),
  conditions: K.optional(conditions),
  observedGeneration: K.optional(
    K.int('Generation of the spec that this status is about.', { format: 'int64' }),
  ),
});

/** `spec` of a store as the API server serves it; `provider` has one key. */
export type StoreSpec = Static<ReturnType<typeof storeSpec>>;

/** `status` of a store. */
export type StoreStatus = Static<typeof storeStatus>;
