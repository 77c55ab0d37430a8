import { ProviderError } from '../kit/errors.ts';
import type { Provider } from '../kit/provider.ts';
import { lacksConsumer } from '../kit/references.ts';
import { references, validate } from './rules.ts';
import { kubernetesSpec } from './schema.ts';

/** Secrets of a Kubernetes cluster (spec providers 8). */
export const kubernetes: Provider<typeof kubernetesSpec> = {
  name: 'kubernetes',
  label: () => 'Kubernetes',
  spec: kubernetesSpec,
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
    const { connectKubernetes } = await import('./client.ts');
    return connectKubernetes(spec, scope, deps);
  },
};
