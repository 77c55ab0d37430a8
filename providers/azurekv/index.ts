import type { Provider } from '../kit/provider.ts';
import { clientWithoutConsumer } from '../kit/references.ts';
import { rateLimits } from './limits.ts';
import { references, validate } from './rules.ts';
import { azureSpec } from './schema.ts';

/** Azure Key Vault (spec providers 5). */
export const azurekv: Provider<typeof azureSpec> = {
  name: 'azurekv',
  label: () => 'Azure/KeyVault',
  spec: azureSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'Maintained',
  validate,
  references,
  rateLimits,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectAzure } = await import('./client.ts');
    return connectAzure(spec, scope, deps);
  },
};
