import type { Provider } from '../kit/provider.ts';
import { clientWithoutConsumer } from '../kit/references.ts';
import { rateLimits } from './limits.ts';
import { references, validate } from './rules.ts';
import { awsSpec } from './schema.ts';
import { tagsNameConsumer } from './session-tags.ts';

/** AWS Secrets Manager and Systems Manager Parameter Store (spec providers 2). */
export const aws: Provider<typeof awsSpec> = {
  name: 'aws',
  label: ({ service }) => `AWS/${service}`,
  spec: awsSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'Maintained',
  validate,
  references,
  rateLimits,
  perConsumer: tagsNameConsumer,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectAws } = await import('./client.ts');
    return connectAws(spec, scope, deps);
  },
};
