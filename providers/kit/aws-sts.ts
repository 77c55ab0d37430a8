import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsKeys } from './aws-keys.ts';
import { ProviderError } from './errors.ts';
import type { HttpClient } from './http.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** The Security Token Service of a region. */
export interface Sts {
  readonly url: URL;
  readonly region: string;
}

/** A request that anybody may send to STS in the name of the one who signed it. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const timeoutMs = 10_000;

/**
 * STS as Vault reaches it (docs.aws.amazon.com/general/latest/gr/sts.html): the global endpoint, Vault's own default, for
 * us-east-1, else the region's, which Vault's `sts_endpoint` and `sts_region` have to name, too. `AWS_STS_ENDPOINT` wins.
 */
export function stsOf(region: string, env: Readonly<Record<string, string | undefined>>): Sts {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const host = region === 'us-east-1' ? `sts.${domain}` : `sts.${region}.${domain}`;
  const url = /^[a-z0-9-]+$/.test(region) ? URL.parse(env.AWS_STS_ENDPOINT || `https://${host}`) : null;
  if (url === null) throw new ProviderError('Misconfigured', { what: 'the region of auth.iam' });
  return { url, region };
}

/** Signs a call (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) with the SDK's own signer. */
export async function signed(
  { url, region }: Sts,
  keys: AwsKeys,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<SignedRequest> {
  const body = bodyOf(parameters);
  const signer = await (await clientOf(region, keys)).config.signer();
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, ...contentType, ...headers },
    body,
  };
  const { headers: made } = await signer.sign(request);
  const { host: _, ...sent } = made;
  return { body, headers: sent };
}

/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html. Throws `LoginFailed` when AWS refuses. */
export async function assumeRole(
  http: HttpClient,
  sts: Sts,
  keys: AwsKeys,
  role: string,
  externalId: string | undefined,
): Promise<AwsKeys> {
  const { body, headers } = await signed(sts, keys, {
    Action: 'AssumeRole',
    RoleArn: role,
    RoleSessionName: 'keyhook',
    ...(externalId ? { ExternalId: externalId } : {}),
  });
  return keysFrom(http, sts, body, headers);
}

/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html. Throws `LoginFailed` when AWS refuses. */
export function assumeRoleWithWebIdentity(
  http: HttpClient,
  sts: Sts,
  role: string,
  token: string,
): Promise<AwsKeys> {
  const body = bodyOf({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: role,
    // ESO's name: trust policies and CloudTrail filters may ask for it.
    RoleSessionName: 'external-secrets-provider-vault',
    WebIdentityToken: token,
  });
  return keysFrom(http, sts, body, contentType);
}

const contentType = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

const bodyOf = (parameters: Readonly<Record<string, string>>) =>
  String(new URLSearchParams({ ...parameters, Version: '2011-06-15' }));

async function keysFrom(
  http: HttpClient,
  { url }: Sts,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<AwsKeys> {
  const answer = await http.request({
    method: 'POST',
    url: url.href,
    headers,
    body: Buffer.from(body),
    timeoutMs,
  });
  const { status } = answer;
  const xml = Buffer.from(answer.bytes).toString();
  const element = (name: string) => new RegExp(`<${name}>([^<&]+)</${name}>`).exec(xml)?.[1];
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer.headers);
    throw new ProviderError('Throttled', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  if (status >= 500) throw new ProviderError('Unavailable', { status });
  const backendCode = status === 200 ? undefined : element('Code');
  if (backendCode !== undefined) {
    const code = /^(Throttling|RequestLimitExceeded)/.test(backendCode) ? 'Throttled' : 'LoginFailed';
    throw new ProviderError(code, { status, backendCode });
  }
  const accessKeyId = element('AccessKeyId');
  const secretAccessKey = element('SecretAccessKey');
  const sessionToken = element('SessionToken');
  if (!accessKeyId || !secretAccessKey || !sessionToken) throw new ProviderError('Malformed', { status });
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Without one of them ESO takes no identity of the pod: neither static keys of the environment nor the node's role. */
const podIdentities = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'];

/** Keys of the hook's own pod. Throws `CredentialMissing` without any, `LoginFailed` when AWS refuses them. */
export async function podKeys(region: string): Promise<AwsKeys> {
  if (!podIdentities.some((name) => process.env[name]))
    throw new ProviderError('CredentialMissing', { what: "the hook's own AWS identity" });
  const { config } = await clientOf(region);
  try {
    return await config.credentials();
  } catch {
    throw new ProviderError('LoginFailed');
  }
}

async function clientOf(region: string, credentials?: AwsKeys): Promise<STSClient> {
  const sdk = await import('@aws-sdk/client-sts');
  return new sdk.STSClient({ region, ...(credentials === undefined ? {} : { credentials }) });
}
