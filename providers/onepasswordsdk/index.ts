import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference } from '../kit/references.ts';
import { rateLimits } from './limits.ts';
import { type OnepasswordSdkSpec, onepasswordSdkSpec } from './schema.ts';

/** 1Password by a service account (spec providers 7). */
export const onepasswordSdk: Provider<typeof onepasswordSdkSpec> = {
  name: 'onepasswordSDK',
  label: () => '1Password/SDK',
  spec: onepasswordSdkSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  rateLimits: () => rateLimits,
  async connect(spec, _scope, deps) {
    const { connectOnepasswordSdk } = await import('./client.ts');
    return connectOnepasswordSdk(spec, deps);
  },
};

const tokenPath = 'auth.serviceAccountSecretRef';

function references({ auth }: OnepasswordSdkSpec): Reference[] {
  return [secretReference(auth.serviceAccountSecretRef, tokenPath)];
}

/** ESO's admission rules. */
function validate(spec: OnepasswordSdkSpec, scope: StoreScope): Problem[] {
  const { name, key, namespace } = spec.auth.serviceAccountSecretRef;
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [!name || !key, tokenPath, 'needs name and key'],
    [
      scope.kind === 'ClusterSecretStore' && !namespace,
      `${tokenPath}.namespace`,
      'is required in a ClusterSecretStore',
    ],
    [!spec.vault && !spec.environment, 'vault', 'or environment has to be given'],
    [Boolean(spec.vault && spec.environment), 'vault', 'and environment exclude each other'],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
