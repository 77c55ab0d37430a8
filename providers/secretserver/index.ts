import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { caReference, foreignReferences } from '../kit/references.ts';
import { brokenRules, isHttpUrl } from '../kit/rules.ts';
import { valueOrRefReferences, valueOrRefRules } from '../kit/value-or-ref.ts';
import { type SecretServerSpec, secretServerSpec } from './schema.ts';

/** Delinea Secret Server. */
export const secretServer: Provider<typeof secretServerSpec> = {
  name: 'secretserver',
  label: () => 'Delinea/SecretServer',
  spec: secretServerSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectSecretServer } = await import('./client.ts');
    return connectSecretServer(spec, deps);
  },
};

/** The parts of the credential that are used: with a token nothing else. */
function credentialOf({ token, username, password }: SecretServerSpec) {
  return token === undefined ? ({ username, password } as const) : ({ token } as const);
}

function references(spec: SecretServerSpec): Reference[] {
  const { caBundle, caProvider } = spec;
  return [
    ...Object.entries(credentialOf(spec)).flatMap(([path, given]) => valueOrRefReferences(given, path)),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider)]),
  ];
}

function validate(spec: SecretServerSpec, scope: StoreScope): Problem[] {
  const { serverURL, caBundle, caProvider } = spec;
  return [
    ...brokenRules([
      [!isHttpUrl(serverURL), 'serverURL', 'must be an http or https URL'],
      ...Object.entries(credentialOf(spec)).flatMap(([path, given]) => valueOrRefRules(given, path, scope)),
      [
        scope.kind === 'ClusterSecretStore' && !caBundle && caProvider !== undefined && !caProvider.namespace,
        'caProvider.namespace',
        'is required in a ClusterSecretStore',
      ],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
