import type { Provider } from '../kit/provider.ts';
import { clientWithoutConsumer } from '../kit/references.ts';
import { rateLimits } from './limits.ts';
import { references, validate } from './rules.ts';
import { gcpSpec } from './schema.ts';

/** Google Cloud Secret Manager (spec providers 4). */
export const gcpsm: Provider<typeof gcpSpec> = {
  name: 'gcpsm',
  label: () => 'GCP/SecretManager',
  spec: gcpSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'Maintained',
  validate,
  references,
  rateLimits,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectGcp } = await import('./client.ts');
    return connectGcp(spec, scope, deps);
  },
};
