import type { AzureSpec } from './schema.ts';

/** One cloud: where one logs in, and below which domains its vaults are. */
export interface Cloud {
  /** With a slash at its end. */
  readonly authority: string;
  readonly vaultDomains: readonly string[];
}

/** learn.microsoft.com/entra/identity-platform/authentication-national-cloud, learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
const clouds: Readonly<Record<AzureSpec['environmentType'], Cloud>> = {
  PublicCloud: {
    authority: 'https://login.microsoftonline.com/',
    vaultDomains: ['vault.azure.net', 'vaultcore.azure.net', 'managedhsm.azure.net'],
  },
  USGovernmentCloud: {
    authority: 'https://login.microsoftonline.us/',
    vaultDomains: ['vault.usgovcloudapi.net', 'vaultcore.usgovcloudapi.net', 'managedhsm.usgovcloudapi.net'],
  },
  ChinaCloud: {
    authority: 'https://login.chinacloudapi.cn/',
    vaultDomains: ['vault.azure.cn', 'vaultcore.azure.cn', 'managedhsm.azure.cn'],
  },
  GermanCloud: {
    authority: 'https://login.microsoftonline.de/',
    vaultDomains: ['vault.microsoftazure.de'],
  },
  AzureStackCloud: { authority: '', vaultDomains: [] },
};

/** The store's cloud; one that it describes itself goes before the named one. */
export function cloudOf({
  environmentType,
  customCloudConfig: custom,
}: Pick<AzureSpec, 'environmentType' | 'customCloudConfig'>): Cloud {
  if (custom === undefined) return clouds[environmentType];
  const suffix = custom.keyVaultDNSSuffix?.replace(/^\./, '');
  return {
    authority: custom.activeDirectoryEndpoint.replace(/\/?$/, '/'),
    vaultDomains: suffix ? [suffix] : [],
  };
}

/** Whether the vault is one of the cloud itself, and no other host that would be sent a token. */
export function isVaultOf({ vaultDomains }: Cloud, vaultUrl: string): boolean {
  const host = URL.parse(vaultUrl)?.hostname ?? '';
  return vaultDomains.some((domain) => host.endsWith(`.${domain}`));
}
