import { ProviderError } from '../kit/errors.ts';
import type { Provider } from '../kit/provider.ts';
import { lacksConsumer } from '../kit/references.ts';
import { references, validate } from './rules.ts';
import { awsSpec } from './schema.ts';
import { tagsNameConsumer } from './session-tags.ts';

/** AWS Secrets Manager and Systems Manager Parameter Store (spec providers 2). */
export const aws: Provider<typeof awsSpec> = {
  name: 'aws',
  label: ({ service }) => `AWS/${service}`,
  spec: awsSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  perConsumer: tagsNameConsumer,
  async connect(spec, scope, deps) {
    if (scope.kind === 'ClusterSecretStore' && lacksConsumer(references(spec), scope)) {
      return {
        read: () => Promise.reject(new ProviderError('Misconfigured', { what: 'the store has no consumer' })),
        check: async () => 'unknown',
        close: async () => {},
      };
    }
    const { connectAws } = await import('./client.ts');
    return connectAws(spec, scope, deps);
  },
};
