import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { caReference, clientWithoutConsumer, foreignReferences, secretReference } from '../kit/references.ts';
import { brokenRules, isHttpUrl, selectorRules } from '../kit/rules.ts';
import { type BitwardenSpec, bitwardenSpec } from './schema.ts';

/** Bitwarden Secrets Manager, through the server that ESO's project keeps for it. */
export const bitwardenSecretsManager: Provider<typeof bitwardenSpec> = {
  name: 'bitwardensecretsmanager',
  label: () => 'Bitwarden/SecretsManager',
  spec: bitwardenSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectBitwarden } = await import('./client.ts');
    return connectBitwarden(spec, deps);
  },
};

const tokenPath = 'auth.secretRef.credentials';

function references({ auth, caBundle, caProvider }: BitwardenSpec): Reference[] {
  return [
    secretReference(auth.secretRef.credentials, tokenPath),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider)]),
  ];
}

function validate(spec: BitwardenSpec, scope: StoreScope): Problem[] {
  const { bitwardenServerSDKURL: server = '', auth, caBundle, caProvider } = spec;
  return [
    ...brokenRules([
      [!isHttpUrl(server), 'bitwardenServerSDKURL', 'must be an http or https URL'],
      ...selectorRules(auth.secretRef.credentials, tokenPath, scope),
      [
        scope.kind === 'ClusterSecretStore' && !caBundle && caProvider !== undefined && !caProvider.namespace,
        'caProvider.namespace',
        'is required in a ClusterSecretStore',
      ],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
