import type { Provider } from '../kit/provider.ts';
import { clientWithoutConsumer } from '../kit/references.ts';
import { references, validate } from './rules.ts';
import { kubernetesSpec } from './schema.ts';

/** Secrets of a Kubernetes cluster (spec providers 8). */
export const kubernetes: Provider<typeof kubernetesSpec> = {
  name: 'kubernetes',
  label: () => 'Kubernetes',
  spec: kubernetesSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectKubernetes } = await import('./client.ts');
    return connectKubernetes(spec, scope, deps);
  },
};
