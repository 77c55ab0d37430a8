import type { Problem, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference, serviceAccountReference } from '../kit/references.ts';
import type { AzureSpec } from './schema.ts';

/** Whether a text can be the URL of a vault. */
export function isVaultUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' && parsed.username === '' && /^\/?$/.test(parsed.pathname);
}

/** Whether the store logs in as the hook itself, with what its node or pod was given. */
export function usesOwnIdentity({ authType, serviceAccountRef }: AzureSpec): boolean {
  return (
    authType === 'ManagedIdentity' || (authType === 'WorkloadIdentity' && serviceAccountRef === undefined)
  );
}

/** The objects that the store's auth reads. */
export function references(spec: AzureSpec): Reference[] {
  const { authType, serviceAccountRef } = spec;
  if (usesOwnIdentity(spec)) return [];
  const { clientId, tenantId, clientSecret, clientCertificate } = spec.authSecretRef ?? {};
  const wanted =
    authType === 'ServicePrincipal' ? { clientId, clientSecret, clientCertificate } : { clientId, tenantId };
  const secrets = Object.entries(wanted).flatMap(([name, selector]) =>
    selector === undefined ? [] : [secretReference(selector, `authSecretRef.${name}`)],
  );
  const account =
    authType === 'WorkloadIdentity' && serviceAccountRef !== undefined
      ? [serviceAccountReference(serviceAccountRef, 'serviceAccountRef')]
      : [];
  return [...account, ...secrets];
}

/** Whose namespace ESO's admission looks at; that of the others it ignores, as the resolver does. */
const admitted = ['authSecretRef.clientId', 'authSecretRef.clientSecret', 'serviceAccountRef'];

/** ESO's admission rules (spec providers 5.1, 5.2), and sections that lack what they are for. */
export function validate(spec: AzureSpec, scope: StoreScope): Problem[] {
  const { authType, vaultUrl, tenantId, environmentType, authSecretRef, customCloudConfig } = spec;
  const isPrincipal = authType === 'ServicePrincipal';
  const { clientId, clientSecret, clientCertificate } = authSecretRef ?? {};
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [!isVaultUrl(vaultUrl), 'vaultUrl', 'must be an https URL without a path'],
    [isPrincipal && !tenantId, 'tenantId', 'is required for ServicePrincipal'],
    [isPrincipal && clientId === undefined, 'authSecretRef.clientId', 'is required for ServicePrincipal'],
    [
      isPrincipal && (clientSecret === undefined) === (clientCertificate === undefined),
      'authSecretRef',
      'needs exactly one of clientSecret and clientCertificate',
    ],
    [
      environmentType === 'AzureStackCloud' && customCloudConfig === undefined,
      'customCloudConfig',
      'is required for AzureStackCloud',
    ],
    [
      customCloudConfig !== undefined && spec.useAzureSDK !== true,
      'customCloudConfig',
      'needs useAzureSDK: true',
    ],
    [
      customCloudConfig !== undefined &&
        URL.parse(customCloudConfig.activeDirectoryEndpoint)?.protocol !== 'https:',
      'customCloudConfig.activeDirectoryEndpoint',
      'must be an https URL',
    ],
  ];
  const judged = references(spec).filter(({ path }) => admitted.includes(path));
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(judged, scope),
  ];
}
