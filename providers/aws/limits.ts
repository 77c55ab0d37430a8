import type { RateLimit } from '../kit/rate-limit.ts';
import type { AwsSpec } from './schema.ts';

/** Default quotas of an account in a region: docs.aws.amazon.com/general/latest/gr/asm.html and ssm.html. */
const perSecond: Readonly<
  Partial<Record<AwsSpec['service'], readonly (readonly [calls: number, of: readonly string[]])[]>>
> = {
  SecretsManager: [
    [10_000, ['GetSecretValue', 'DescribeSecret']],
    [100, ['ListSecrets']],
    [100, ['BatchGetSecretValue']],
    [50, ['CreateSecret']],
    [50, ['DeleteSecret']],
    [50, ['PutSecretValue', 'ReplicateSecretToRegions', 'RemoveRegionsFromReplication']],
    [50, ['TagResource', 'UntagResource']],
    [50, ['GetResourcePolicy', 'PutResourcePolicy', 'DeleteResourcePolicy']],
  ],
  ParameterStore: [
    [40, ['GetParameter', 'GetParameters', 'GetParametersByPath']],
    [3, ['PutParameter']],
  ],
};

export function rateLimits({ service, region }: AwsSpec): readonly RateLimit[] {
  return (perSecond[service] ?? []).map(([calls, of]) => ({ calls, seconds: 1, of, per: region }));
}
