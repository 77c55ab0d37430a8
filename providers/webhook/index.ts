import { ProviderError } from '../kit/errors.ts';
import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { caReference, foreignReferences, secretReference } from '../kit/references.ts';
import { type WebhookSpec, webhookSpec } from './schema.ts';

/** Any HTTP endpoint (spec providers 9). */
export const webhook: Provider<typeof webhookSpec> = {
  name: 'webhook',
  label: () => 'Webhook',
  spec: webhookSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  readsProperties: true,
  // Templates may name the namespace of the consumer.
  perConsumer: () => true,
  async connect(spec, scope, deps) {
    const [method] = Object.keys(spec.auth ?? {});
    if (method !== undefined) throw new ProviderError('Unsupported', { what: `auth.${method}` });
    const { connectWebhook } = await import('./client.ts');
    return connectWebhook(spec, scope, deps);
  },
};

function references({ secrets = [], caBundle, caProvider }: WebhookSpec): Reference[] {
  return [
    ...secrets.map(({ secretRef }, index) => secretReference(secretRef, `secrets[${index}].secretRef`)),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider)]),
  ];
}

/** What can never work; ESO's admission checks nothing of it. */
function validate(spec: WebhookSpec, scope: StoreScope): Problem[] {
  const { url, secrets = [], caBundle, caProvider } = spec;
  const isCluster = scope.kind === 'ClusterSecretStore';
  const parsed = URL.parse(url);
  const isUrl = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  const rules: [broken: boolean, path: string, message: string][] = [
    [!url.includes('{{') && !isUrl, 'url', 'must be an http or https URL, or a template of one'],
    [
      isCluster && !caBundle && caProvider !== undefined && !caProvider.namespace,
      'caProvider.namespace',
      'is required in a ClusterSecretStore',
    ],
  ];
  for (const [index, { secretRef }] of secrets.entries()) {
    const path = `secrets[${index}].secretRef`;
    rules.push([!secretRef.name, path, 'needs a name']);
    rules.push([
      isCluster && !secretRef.namespace,
      `${path}.namespace`,
      'is required in a ClusterSecretStore',
    ]);
  }
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
