import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference, serviceAccountReference } from '../kit/references.ts';
import { brokenRules, isHttpUrl, type Rule, selectorRules } from '../kit/rules.ts';
import { defaultUrl, type PulumiSpec, pulumiSpec } from './schema.ts';

/** Pulumi ESC. ESO calls the provider ReadOnly although it pushes; here it says what it does. */
export const pulumi: Provider<typeof pulumiSpec> = {
  name: 'pulumi',
  label: () => 'Pulumi/ESC',
  spec: pulumiSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectPulumi } = await import('./client.ts');
    return connectPulumi(spec, deps);
  },
};

const accountPath = 'auth.oidcConfig.serviceAccountRef';

/** The access token in its new or its old place. */
function tokenOf({ auth, accessToken }: PulumiSpec) {
  return auth?.accessToken === undefined
    ? { path: 'accessToken.secretRef', given: accessToken }
    : { path: 'auth.accessToken.secretRef', given: auth.accessToken };
}

function references(spec: PulumiSpec): Reference[] {
  const account = spec.auth?.oidcConfig?.serviceAccountRef;
  if (account !== undefined) return [serviceAccountReference(account, accountPath)];
  const { path, given } = tokenOf(spec);
  return given?.secretRef === undefined ? [] : [secretReference(given.secretRef, path)];
}

function validate(spec: PulumiSpec, scope: StoreScope): Problem[] {
  const { apiUrl = defaultUrl, organization, project, environment } = spec;
  const names = { organization, project, environment };
  return [
    ...brokenRules([
      [!isHttpUrl(apiUrl), 'apiUrl', 'must be an http or https URL'],
      ...Object.entries(names).map(([path, name]): Rule => [!name, path, 'is required']),
      ...authRules(spec, scope),
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}

function authRules(spec: PulumiSpec, scope: StoreScope): Rule[] {
  const { auth, accessToken } = spec;
  const ways = [auth?.accessToken, auth?.oidcConfig, accessToken].filter((way) => way !== undefined);
  if (ways.length !== 1)
    return [[true, 'auth', 'needs exactly one of accessToken and oidcConfig, or the deprecated accessToken']];
  if (auth?.oidcConfig !== undefined) {
    const { organization, serviceAccountRef } = auth.oidcConfig;
    return [
      [!organization, 'auth.oidcConfig.organization', 'is required'],
      [
        scope.kind === 'ClusterSecretStore' && !serviceAccountRef.namespace,
        `${accountPath}.namespace`,
        'is required in a ClusterSecretStore',
      ],
    ];
  }
  const { path, given } = tokenOf(spec);
  return selectorRules(given?.secretRef, path, scope, { strict: true });
}
