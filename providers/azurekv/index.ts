import { ProviderError } from '../kit/errors.ts';
import type { Provider } from '../kit/provider.ts';
import { lacksConsumer } from '../kit/references.ts';
import { references, validate } from './rules.ts';
import { azureSpec } from './schema.ts';

/** Azure Key Vault (spec providers 5). */
export const azurekv: Provider<typeof azureSpec> = {
  name: 'azurekv',
  label: () => 'Azure/KeyVault',
  spec: azureSpec,
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
    const { connectAzure } = await import('./client.ts');
    return connectAzure(spec, scope, deps);
  },
};
