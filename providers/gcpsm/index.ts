import { ProviderError } from '../kit/errors.ts';
import type { Provider } from '../kit/provider.ts';
import { lacksConsumer } from '../kit/references.ts';
import { references, validate } from './rules.ts';
import { gcpSpec } from './schema.ts';

/** Google Cloud Secret Manager (spec providers 4). */
export const gcpsm: Provider<typeof gcpSpec> = {
  name: 'gcpsm',
  label: () => 'GCP/SecretManager',
  spec: gcpSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, scope, deps) {
    if (scope.kind === 'ClusterSecretStore' && lacksConsumer(references(spec), scope)) {
      return {
        read: () => Promise.reject(new ProviderError('Misconfigured', { what: 'the store has no consumer' })),
        check: async () => 'unknown',
        close: async () => {},
      };
    }
    const { connectGcp } = await import('./client.ts');
    return connectGcp(spec, scope, deps);
  },
};
