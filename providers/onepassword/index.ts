import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference } from '../kit/references.ts';
import { type OnepasswordSpec, onepasswordSpec } from './schema.ts';

/** 1Password through a Connect server (spec providers 6). */
export const onepassword: Provider<typeof onepasswordSpec> = {
  name: 'onepassword',
  label: () => '1Password/Connect',
  spec: onepasswordSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectOnepassword } = await import('./client.ts');
    return connectOnepassword(spec, deps);
  },
};

const tokenPath = 'auth.secretRef.connectTokenSecretRef';

function references({ auth }: OnepasswordSpec): Reference[] {
  return [secretReference(auth.secretRef.connectTokenSecretRef, tokenPath)];
}

/** ESO's admission rules, and an address that cannot be one. */
function validate(spec: OnepasswordSpec, scope: StoreScope): Problem[] {
  const { name, key, namespace } = spec.auth.secretRef.connectTokenSecretRef;
  const places = Object.values(spec.vaults);
  const url = URL.parse(spec.connectHost);
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [!name || !key, tokenPath, 'needs name and key'],
    [
      scope.kind === 'ClusterSecretStore' && !namespace,
      `${tokenPath}.namespace`,
      'is required in a ClusterSecretStore',
    ],
    [places.length === 0, 'vaults', 'must name at least one vault'],
    [new Set(places).size < places.length, 'vaults', 'must give every vault a place of its own'],
    [url?.protocol !== 'https:' && url?.protocol !== 'http:', 'connectHost', 'must be an http or https URL'],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
