import type { RateLimit } from '../kit/rate-limit.ts';
import type { GcpSpec } from './schema.ts';

/** Of one project: cloud.google.com/secret-manager/quotas. */
export function rateLimits({ projectID }: GcpSpec): readonly RateLimit[] {
  const per = projectID ?? '';
  return [
    { calls: 90_000, seconds: 60, of: ['AccessSecretVersion'], per },
    { calls: 600, seconds: 60, of: ['ListSecrets', 'GetSecret', 'ListSecretVersions'], per },
    {
      calls: 600,
      seconds: 60,
      of: ['CreateSecret', 'UpdateSecret', 'DeleteSecret', 'AddSecretVersion'],
      per,
    },
  ];
}
