import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import {
  caReference,
  foreignReferences,
  secretReference,
  serviceAccountReference,
} from '../kit/references.ts';
import { brokenRules, isHttpUrl, type Rule, selectorRules } from '../kit/rules.ts';
import { type AkeylessSpec, akeylessSpec } from './schema.ts';

/** Akeyless: static, dynamic and rotated secrets, and certificates. */
export const akeyless: Provider<typeof akeylessSpec> = {
  name: 'akeyless',
  // As ESO writes it.
  label: () => 'AKEYLESSLESS/SecretsManager',
  spec: akeylessSpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  findsByKey: true,
  validate,
  references,
  async connect(spec, scope, deps) {
    const { connectAkeyless } = await import('./client.ts');
    return connectAkeyless(spec, scope, deps);
  },
};

const path = 'authSecretRef';

function references({ authSecretRef, caBundle, caProvider }: AkeylessSpec): Reference[] {
  const { kubernetesAuth, secretRef = {}, serviceAccountRef } = authSecretRef;
  const ca = caProvider === undefined || caBundle ? [] : [caReference(caProvider)];
  if (kubernetesAuth !== undefined) {
    const { serviceAccountRef: account, secretRef: token } = kubernetesAuth;
    const at = `${path}.kubernetesAuth`;
    if (account !== undefined) return [serviceAccountReference(account, `${at}.serviceAccountRef`), ...ca];
    return [...(token === undefined ? [] : [secretReference(token, `${at}.secretRef`)]), ...ca];
  }
  const { accessID, accessType, accessTypeParam } = secretRef;
  return [
    secretReference(accessID ?? {}, `${path}.secretRef.accessID`),
    secretReference(accessType ?? {}, `${path}.secretRef.accessType`),
    ...(accessTypeParam?.name ? [secretReference(accessTypeParam, `${path}.secretRef.accessTypeParam`)] : []),
    ...(serviceAccountRef === undefined
      ? []
      : [serviceAccountReference(serviceAccountRef, `${path}.serviceAccountRef`)]),
    ...ca,
  ];
}

function validate(spec: AkeylessSpec, scope: StoreScope): Problem[] {
  const url = spec.akeylessGWApiURL;
  return [
    ...brokenRules([
      [Boolean(url) && !isHttpUrl(url), 'akeylessGWApiURL', 'must be an http or https URL'],
      ...authRules(spec, scope),
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}

function authRules({ authSecretRef }: AkeylessSpec, scope: StoreScope): Rule[] {
  const { kubernetesAuth, secretRef } = authSecretRef;
  const strict = { strict: true };
  if (kubernetesAuth !== undefined) {
    const { accessID, k8sConfName, serviceAccountRef, secretRef: token } = kubernetesAuth;
    const at = `${path}.kubernetesAuth`;
    return [
      [!accessID, `${at}.accessID`, 'is required'],
      [!k8sConfName, `${at}.k8sConfName`, 'is required'],
      [serviceAccountRef === undefined && token === undefined, at, 'needs serviceAccountRef or secretRef'],
      ...(token === undefined
        ? []
        : selectorRules(token, `${at}.secretRef`, scope, { ...strict, defaultKey: 'token' })),
    ];
  }
  const { accessID, accessType, accessTypeParam } = secretRef ?? {};
  return [
    ...selectorRules(accessID, `${path}.secretRef.accessID`, scope, strict),
    ...selectorRules(accessType, `${path}.secretRef.accessType`, scope, strict),
    ...(accessTypeParam?.name
      ? selectorRules(accessTypeParam, `${path}.secretRef.accessTypeParam`, scope, strict)
      : []),
  ];
}
