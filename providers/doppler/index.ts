import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference, serviceAccountReference } from '../kit/references.ts';
import { brokenRules, type Rule, selectorRules } from '../kit/rules.ts';
import { type DopplerSpec, dopplerSpec } from './schema.ts';

/** Doppler's secrets. ESO calls the provider ReadOnly although it pushes; here it says what it does. */
export const doppler: Provider<typeof dopplerSpec> = {
  name: 'doppler',
  label: () => 'Doppler',
  spec: dopplerSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  // Of one token on the smallest plan: docs.doppler.com/reference/api#rate-limits
  rateLimits: () => [{ calls: 240, seconds: 60 }],
  validate,
  references,
  async connect(spec, scope, deps) {
    const { connectDoppler } = await import('./client.ts');
    return connectDoppler(spec, scope, deps);
  },
};

const tokenPath = 'auth.secretRef.dopplerToken';
const accountPath = 'auth.oidcConfig.serviceAccountRef';

function references({ auth: { secretRef, oidcConfig } }: DopplerSpec): Reference[] {
  if (secretRef !== undefined) return [secretReference(secretRef.dopplerToken, tokenPath)];
  return oidcConfig === undefined ? [] : [serviceAccountReference(oidcConfig.serviceAccountRef, accountPath)];
}

function validate(spec: DopplerSpec, scope: StoreScope): Problem[] {
  return [...brokenRules(authRules(spec, scope)), ...foreignReferences(references(spec), scope)];
}

function authRules({ auth: { secretRef, oidcConfig } }: DopplerSpec, scope: StoreScope): Rule[] {
  if (secretRef !== undefined)
    return selectorRules(secretRef.dopplerToken, tokenPath, scope, {
      strict: true,
      defaultKey: 'dopplerToken',
    });
  const { identity, serviceAccountRef } = oidcConfig ?? {};
  return [
    [oidcConfig === undefined, 'auth', 'needs secretRef or oidcConfig'],
    [oidcConfig !== undefined && !identity, 'auth.oidcConfig.identity', 'is required'],
    [
      oidcConfig !== undefined && scope.kind === 'ClusterSecretStore' && !serviceAccountRef?.namespace,
      `${accountPath}.namespace`,
      'is required in a ClusterSecretStore',
    ],
  ];
}
