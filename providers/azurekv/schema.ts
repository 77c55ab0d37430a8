import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.azurekv` (spec providers 5.1). */

const authSecretRef = K.object('Credentials of an application (service principal).', {
  clientId: K.optional(K.secretKeySelector('Secret key that holds the id of the application.')),
  tenantId: K.optional(
    K.secretKeySelector('Secret key that holds the id of the tenant; for WorkloadIdentity only.'),
  ),
  clientSecret: K.optional(K.secretKeySelector('Secret key that holds a secret of the application.')),
  clientCertificate: K.optional(
    K.secretKeySelector(
      'Secret key that holds a certificate of the application and its RSA key, in PEM or as PKCS#12 without a password.',
    ),
  ),
});

const customCloudConfig = K.object(
  'Endpoints of a cloud that is none of the named ones, such as Azure Stack.',
  {
    activeDirectoryEndpoint: K.string('URL of the login endpoint, such as https://login.example.com/.'),
    keyVaultEndpoint: K.optional(
      K.string('Audience of Key Vault. The vault itself says it, so it is not needed.'),
    ),
    keyVaultDNSSuffix: K.optional(K.string('Domain below which the vaults are.')),
    resourceManagerEndpoint: K.optional(K.string('Not used to read or write secrets.')),
  },
);

/** Schema of `spec.provider.azurekv`. */
export const azureSpec = K.object('Azure Key Vault.', {
  authType: K.defaulted(
    K.enum(
      "How the store logs in: an application's secret or certificate, the managed identity of the hook's node or pod, or a ServiceAccount that a federated credential names.",
      ['ServicePrincipal', 'ManagedIdentity', 'WorkloadIdentity'],
    ),
    'ServicePrincipal',
  ),
  vaultUrl: K.string('URL of the vault, such as https://team.vault.azure.net.'),
  tenantId: K.optional(K.string('Id of the tenant. ServicePrincipal needs it.')),
  environmentType: K.defaulted(
    K.enum('The cloud that the vault is in.', [
      'PublicCloud',
      'USGovernmentCloud',
      'ChinaCloud',
      'GermanCloud',
      'AzureStackCloud',
    ]),
    'PublicCloud',
  ),
  authSecretRef: K.optional(authSecretRef),
  serviceAccountRef: K.optional(
    K.serviceAccountSelector(
      "ServiceAccount of WorkloadIdentity. Its annotations azure.workload.identity/client-id and /tenant-id name the application. Without it the hook's own identity is used.",
    ),
  ),
  identityId: K.optional(K.string('Client id of a user-assigned managed identity.')),
  useAzureSDK: K.optional(
    K.bool('Which of two code paths ESO uses. Here: whose order of client and tenant ids applies.'),
  ),
  customCloudConfig: K.optional(customCloudConfig),
});

/** `spec.provider.azurekv` as the hook receives it. */
export type AzureSpec = Static<typeof azureSpec>;
