import { podKeys, signed } from '../kit/aws-sts.ts';
import type { ServiceAccountSelector } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import { form, requestToken } from '../kit/oauth.ts';
import { azureManagedToken, forbidInSecretStore, googleIdentity } from '../kit/own-identity.ts';
import type { LoginContext } from './auth.ts';

const azureResource = 'https://management.azure.com/';
const azureAudience = 'api://AzureADTokenExchange';

/** What proves an identity of a cloud (docs.akeyless.io/docs/auth-with-aws, auth-with-azure, auth-with-gcp), in base64. */
export async function cloudId(
  type: string,
  parameter: string,
  account: ServiceAccountSelector | undefined,
  context: LoginContext,
): Promise<string> {
  const { scope } = context;
  switch (type) {
    case 'aws_iam':
      forbidInSecretStore(scope, "the hook's own AWS identity");
      return base64(await awsRequest(process.env));
    case 'azure_ad':
      if (account !== undefined) return base64(await workloadToken(account, parameter, context));
      forbidInSecretStore(scope, "the hook's own managed identity");
      return base64(await azureManagedToken(azureResource, parameter === '' ? {} : { object_id: parameter }));
    case 'gcp':
      forbidInSecretStore(scope, "the hook's own Google identity");
      return base64(await googleIdentity(parameter || 'akeyless.io'));
    default:
      throw new ProviderError('Unsupported', { what: `access type ${type} of Akeyless` });
  }
}

/** A signed GetCallerIdentity request, which Akeyless sends to AWS. */
async function awsRequest(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  if (!/^[a-z0-9-]+$/.test(region))
    throw new ProviderError('CredentialMissing', { what: 'AWS_REGION of the hook' });
  const url = new URL(`https://sts.${region}.amazonaws.com/`);
  const { body, headers } = await signed({ url, region }, await podKeys(region), {
    Action: 'GetCallerIdentity',
  });
  const name = (text: string) => text.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  const lists = Object.entries(headers).map(([header, value]) => [name(header), [value]] as const);
  return JSON.stringify({
    sts_request_method: 'POST',
    sts_request_url: base64(url.href),
    sts_request_body: base64(body),
    sts_request_headers: base64(JSON.stringify(Object.fromEntries(lists))),
  });
}

/** learn.microsoft.com/entra/workload-id/workload-identity-federation: the ServiceAccount's annotations name its application. */
async function workloadToken(
  account: ServiceAccountSelector,
  parameter: string,
  { credentials, http, now }: LoginContext,
): Promise<string> {
  const annotations = await credentials.serviceAccountAnnotations(account);
  const client = annotations['azure.workload.identity/client-id'] || parameter;
  const tenant = annotations['azure.workload.identity/tenant-id'] || process.env.AZURE_TENANT_ID || '';
  if (!client || !/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(tenant))
    throw new ProviderError('Misconfigured', {
      what: `ServiceAccount ${account.name} has no client and tenant id of Azure`,
    });
  const { token } = await credentials.serviceAccountToken(account, [azureAudience], 600);
  const origin = process.env.AZURE_ENDPOINT_URL || 'https://login.microsoftonline.com';
  const query = form({
    grant_type: 'client_credentials',
    client_id: client,
    scope: `${azureResource}.default`,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: token,
  });
  const url = `${origin}/${tenant}/oauth2/v2.0/token`;
  return (await requestToken(http, { url, what: `application ${client}`, ...query }, now())).value;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
