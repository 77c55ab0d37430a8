import type { SecretKeySelector } from '../kit/credentials.ts';
import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import type { RateLimit } from '../kit/rate-limit.ts';
import { caReference, foreignReferences, secretReference } from '../kit/references.ts';
import { brokenRules, isHttpUrl } from '../kit/rules.ts';
import { addressOf, methodOf } from './methods.ts';
import { type InfisicalSpec, infisicalSpec } from './schema.ts';

/** Infisical's secrets, by its REST API. */
export const infisical: Provider<typeof infisicalSpec> = {
  name: 'infisical',
  label: () => 'infisical',
  spec: infisicalSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  rateLimits,
  validate,
  references,
  async connect(spec, scope, deps) {
    const { connectInfisical } = await import('./client.ts');
    return connectInfisical(spec, scope, deps);
  },
};

/** Of an organization in Infisical's cloud on the free plan; an own Infisical has none: infisical.com/docs/api-reference/overview/rate-limits */
function rateLimits(spec: InfisicalSpec): readonly RateLimit[] {
  const isCloud = /(^|\.)infisical\.com$/.test(URL.parse(addressOf(spec))?.hostname ?? '');
  if (!isCloud) return [];
  return [
    { calls: 200, seconds: 60, of: ['GetSecretsV3', 'GetSecretByKeyV3', 'GetWorkspaceBySlug'] },
    { calls: 60, seconds: 60, of: ['CreateSecretV3', 'UpdateSecretV3', 'DeleteSecretV3'] },
  ];
}

function references(spec: InfisicalSpec): Reference[] {
  const { auth, caBundle, caProvider } = spec;
  const method = methodOf(spec);
  const selectors: Readonly<Record<string, SecretKeySelector | undefined>> =
    (method === undefined ? undefined : auth[method]) ?? {};
  return [
    ...Object.entries(selectors).map(([name, selector]) =>
      secretReference(selector ?? {}, `auth.${method}.${name}`),
    ),
    ...(caProvider === undefined || caBundle ? [] : [caReference(caProvider)]),
  ];
}

function validate(spec: InfisicalSpec, scope: StoreScope): Problem[] {
  const { auth, secretsScope, caProvider } = spec;
  const { clientId, clientSecret } = auth.universalAuthCredentials ?? {};
  return [
    ...brokenRules([
      [methodOf(spec) === undefined, 'auth', 'needs a method'],
      [clientId !== undefined && !clientId.key, 'auth.universalAuthCredentials.clientId', 'needs a key'],
      [
        clientSecret !== undefined && !clientSecret.key,
        'auth.universalAuthCredentials.clientSecret',
        'needs a key',
      ],
      [!secretsScope.projectSlug, 'secretsScope.projectSlug', 'is required'],
      [!secretsScope.environmentSlug, 'secretsScope.environmentSlug', 'is required'],
      [!isHttpUrl(addressOf(spec)), 'hostAPI', 'must be an http or https URL'],
      [
        scope.kind === 'ClusterSecretStore' && caProvider !== undefined && !caProvider.namespace,
        'caProvider.namespace',
        'is required in a ClusterSecretStore',
      ],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
