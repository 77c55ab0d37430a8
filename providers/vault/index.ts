import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { caReference, clientWithoutConsumer, foreignReferences, secretReference } from '../kit/references.ts';
import { hasDots } from '../kit/vault/paths.ts';
import { authName, authReferences } from './auth/index.ts';
import { type VaultSpec, vaultSpec } from './schema.ts';

/** HashiCorp Vault's KV engine, versions 1 and 2 (spec providers 3). */
export const vault: Provider<typeof vaultSpec> = {
  name: 'vault',
  label: () => 'HashiCorp/Vault',
  spec: vaultSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectVault } = await import('./client.ts');
    return connectVault(spec, scope, deps);
  },
};

function references({ auth, tls, caBundle, caProvider }: VaultSpec): Reference[] {
  return [
    ...authReferences(auth),
    ...(tls?.certSecretRef === undefined ? [] : [secretReference(tls.certSecretRef, 'tls.certSecretRef')]),
    ...(tls?.keySecretRef === undefined ? [] : [secretReference(tls.keySecretRef, 'tls.keySecretRef')]),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider)]),
  ];
}

/** ESO's admission rules (spec providers 3.2), and an address that cannot be one. */
function validate(spec: VaultSpec, scope: StoreScope): Problem[] {
  const { server, path = '', version, auth, tls, caBundle, caProvider, checkAndSet } = spec;
  const url = URL.parse(server);
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [url?.protocol !== 'https:' && url?.protocol !== 'http:', 'server', 'must be an http or https URL'],
    [hasDots(path), 'path', 'must not have the parts . and ..'],
    [auth !== undefined && authName(auth) === undefined, 'auth', 'names no auth method'],
    [
      auth?.appRole !== undefined && !auth.appRole.roleId && auth.appRole.roleRef === undefined,
      'auth.appRole',
      'needs roleId or roleRef',
    ],
    [
      auth?.jwt !== undefined &&
        auth.jwt.secretRef === undefined &&
        auth.jwt.kubernetesServiceAccountToken === undefined,
      'auth.jwt',
      'needs secretRef or kubernetesServiceAccountToken',
    ],
    [
      (tls?.certSecretRef === undefined) !== (tls?.keySecretRef === undefined),
      'tls',
      'needs certSecretRef and keySecretRef, or neither',
    ],
    [checkAndSet?.required === true && version === 'v1', 'checkAndSet', 'is not supported with version v1'],
    [
      scope.kind === 'ClusterSecretStore' && !caBundle && caProvider !== undefined && !caProvider.namespace,
      'caProvider.namespace',
      'is required in a ClusterSecretStore',
    ],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
