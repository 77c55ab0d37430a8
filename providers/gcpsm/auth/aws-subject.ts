import { STSClient } from '@aws-sdk/client-sts';
import { ProviderError } from '../../kit/errors.ts';

/** Credentials of AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How Google calls the token of {@link awsSubjectToken}. */
export const awsTokenType = 'urn:ietf:params:aws:token-type:aws4_request';

/**
 * A signed GetCallerIdentity request, by which Google learns from AWS who signed it
 * (cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#rest). It is good for this audience only.
 */
export async function awsSubjectToken(keys: AwsKeys, region: string, audience: string): Promise<string> {
  if (!/^[a-z0-9-]+$/.test(region)) throw new ProviderError('Misconfigured', { what: `region ${region}` });
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const query = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const signer = await new STSClient({ region, credentials: keys }).config.signer();
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname,
    path: '/',
    query,
    headers: { host: hostname, 'x-goog-cloud-target-resource': audience },
  });
  const request = {
    url: `https://${hostname}?${new URLSearchParams(query)}`,
    method: 'POST',
    headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
  };
  return encodeURIComponent(JSON.stringify(request));
}

/** The hook's own AWS identity, as the SDK finds it, and the region of the environment. */
export async function ownAwsKeys(): Promise<{ keys: AwsKeys; region: string }> {
  const { config } = new STSClient({});
  try {
    return { keys: await config.credentials(), region: await config.region() };
  } catch {
    throw new ProviderError('LoginFailed', { what: "the hook's own AWS identity" });
  }
}
