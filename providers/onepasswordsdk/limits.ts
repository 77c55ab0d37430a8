import type { RateLimit } from '../kit/rate-limit.ts';

const hour = 3_600;

/**
 * Of one service account's token, outside 1Password Business: developer.1password.com/docs/service-accounts/rate-limits.
 * Half of it may come at once: the first round of an installation is many reads, and then there are few.
 */
export const rateLimits: readonly RateLimit[] = [
  {
    calls: 1_000,
    seconds: hour,
    burst: 500,
    of: [
      'VaultsList',
      'ItemsList',
      'ItemsGet',
      'ItemsFilesRead',
      'SecretsResolve',
      'EnvironmentsGetVariables',
    ],
  },
  { calls: 100, seconds: hour, burst: 50, of: ['ItemsCreate', 'ItemsPut', 'ItemsDelete'] },
];
