import type { Problem, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference, serviceAccountReference } from '../kit/references.ts';
import type { AwsSpec } from './schema.ts';

/** Session tags that the policies Simple and Custom add themselves. */
export const builtInTags = ['esoNamespace', 'esoStoreName', 'esoStoreKind'] as const;

/** Whether a region can be one. It becomes a part of host names, so nothing else may reach the SDK. */
export function isRegion(region: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(region);
}

/** The objects that the store's auth reads: jwt wins over secretRef, and without both nothing is read. */
export function references({ auth }: AwsSpec): Reference[] {
  if (auth?.jwt !== undefined) {
    const { serviceAccountRef } = auth.jwt;
    if (serviceAccountRef === undefined) return [];
    return [serviceAccountReference(serviceAccountRef, 'auth.jwt.serviceAccountRef')];
  }
  const { accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef } = auth?.secretRef ?? {};
  return Object.entries({ accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef }).flatMap(
    ([name, selector]) =>
      selector === undefined ? [] : [secretReference(selector, `auth.secretRef.${name}`)],
  );
}

/** ESO's admission rules (spec providers 2.1), and auth sections that lack what they are for. */
export function validate(spec: AwsSpec, scope: StoreScope): Problem[] {
  const { region, auth, customSessionTags = {}, secretsManager = {} } = spec;
  const { forceDeleteWithoutRecovery = false, recoveryWindowInDays: days = 0 } = secretsManager;
  const isStatic = auth?.jwt === undefined && auth?.secretRef !== undefined;
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [!isRegion(region), 'region', 'is not the name of a region'],
    [
      auth?.jwt !== undefined && auth.jwt.serviceAccountRef === undefined,
      'auth.jwt.serviceAccountRef',
      'is required',
    ],
    [
      isStatic && auth.secretRef?.accessKeyIDSecretRef === undefined,
      'auth.secretRef.accessKeyIDSecretRef',
      'is required',
    ],
    [
      isStatic && auth.secretRef?.secretAccessKeySecretRef === undefined,
      'auth.secretRef.secretAccessKeySecretRef',
      'is required',
    ],
    [
      builtInTags.some((tag) => Object.hasOwn(customSessionTags, tag)),
      'customSessionTags',
      `may not contain ${builtInTags.join(', ')}`,
    ],
    [
      days !== 0 && (days < 7 || days > 30),
      'secretsManager.recoveryWindowInDays',
      'must be 0 or between 7 and 30',
    ],
    [
      forceDeleteWithoutRecovery && days !== 0,
      'secretsManager',
      'has forceDeleteWithoutRecovery and recoveryWindowInDays, which exclude each other',
    ],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
