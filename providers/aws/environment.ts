import { readFile } from 'node:fs/promises';
import { ProviderError } from '../kit/errors.ts';

/** What the process's environment says of AWS, beside what the SDK itself reads there (credentials, FIPS, AWS_ENDPOINT_URL). */
export interface AwsEnvironment {
  /** PEM of the only authorities that are trusted. */
  readonly ca?: string;
  readonly secretsManager?: string;
  readonly ssm?: string;
  readonly sts?: string;
  readonly ecr?: string;
  readonly ecrPublic?: string;
}

/** Endpoints by ESO's names, and the CA by AWS's own (spec providers 2.2). Throws `Misconfigured` for a CA that cannot be read. */
export async function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Promise<AwsEnvironment> {
  const { AWS_CA_BUNDLE, AWS_SECRETSMANAGER_ENDPOINT, AWS_SSM_ENDPOINT, AWS_STS_ENDPOINT } = env;
  const { AWS_ECR_ENDPOINT, AWS_ECR_PUBLIC_ENDPOINT } = env;
  return {
    ...(AWS_CA_BUNDLE ? { ca: await readBundle(AWS_CA_BUNDLE) } : {}),
    ...(AWS_SECRETSMANAGER_ENDPOINT ? { secretsManager: AWS_SECRETSMANAGER_ENDPOINT } : {}),
    ...(AWS_SSM_ENDPOINT ? { ssm: AWS_SSM_ENDPOINT } : {}),
    ...(AWS_STS_ENDPOINT ? { sts: AWS_STS_ENDPOINT } : {}),
    ...(AWS_ECR_ENDPOINT ? { ecr: AWS_ECR_ENDPOINT } : {}),
    ...(AWS_ECR_PUBLIC_ENDPOINT ? { ecrPublic: AWS_ECR_PUBLIC_ENDPOINT } : {}),
  };
}

async function readBundle(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new ProviderError('Misconfigured', { what: 'the file of AWS_CA_BUNDLE cannot be read' });
  }
}
