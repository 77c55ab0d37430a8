import type { RateLimit } from '../kit/rate-limit.ts';
import type { AzureSpec } from './schema.ts';

/** Of one vault: learn.microsoft.com/azure/key-vault/general/service-limits. Keys in HSMs, which are read here only, have less. */
export function rateLimits({ vaultUrl }: AzureSpec): readonly RateLimit[] {
  const per = vaultUrl.toLowerCase();
  return [
    { calls: 4_000, seconds: 10, per },
    { calls: 300, seconds: 10, of: ['SetSecret', 'ImportKey', 'ImportCertificate'], per },
  ];
}
