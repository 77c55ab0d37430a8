import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { caReference, clientWithoutConsumer, foreignReferences } from '../kit/references.ts';
import { brokenRules, isHttpUrl } from '../kit/rules.ts';
import { hasDots } from '../kit/vault/paths.ts';
import { authReferences } from './auth.ts';
import { type OpenBaoSpec, openBaoSpec } from './schema.ts';

/** OpenBao's KV engine; read-only, as in ESO. A store of provider vault can push to it. */
export const openBao: Provider<typeof openBaoSpec> = {
  name: 'openBao',
  label: () => 'OpenBao',
  spec: openBaoSpec,
  capabilities: 'ReadOnly',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, scope, deps) {
    const alone = clientWithoutConsumer(references(spec), scope);
    if (alone !== undefined) return alone;
    const { connectOpenBao } = await import('./client.ts');
    return connectOpenBao(spec, scope, deps);
  },
};

function references({ auth, caBundle, caProvider }: OpenBaoSpec): Reference[] {
  return [
    ...authReferences(auth),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider)]),
  ];
}

function validate(spec: OpenBaoSpec, scope: StoreScope): Problem[] {
  const { server, path = '', auth, caBundle, caProvider } = spec;
  const { appRole, tokenSecretRef, userPass } = auth ?? {};
  const methods = [appRole, tokenSecretRef, userPass].filter((method) => method !== undefined);
  return [
    ...brokenRules([
      [!isHttpUrl(server), 'server', 'must be an http or https URL'],
      [hasDots(path), 'path', 'must not have the parts . and ..'],
      [
        auth !== undefined && methods.length !== 1,
        'auth',
        'needs exactly one of tokenSecretRef, appRole and userPass',
      ],
      [
        appRole !== undefined && Boolean(appRole.roleId) === (appRole.roleRef !== undefined),
        'auth.appRole',
        'needs either roleId or roleRef',
      ],
      [
        scope.kind === 'ClusterSecretStore' && !caBundle && caProvider !== undefined && !caProvider.namespace,
        'caProvider.namespace',
        'is required in a ClusterSecretStore',
      ],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
