import { readFile } from 'node:fs/promises';
import type { SecretKeySelector } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import { type AccessToken, form, requestToken } from '../kit/oauth.ts';
import type { ConnectDeps, StoreScope } from '../kit/provider.ts';
import { cloudOf, isVaultOf } from './clouds.ts';
import type { Network } from './network.ts';
import { usesOwnIdentity } from './rules.ts';
import type { AzureSpec } from './schema.ts';

/** Obtains a token for a scope, such as `https://vault.azure.net/.default`. Throws `LoginFailed`, and what the network does. */
export type Login = (scope: string) => Promise<AccessToken>;

export interface AuthContext extends Pick<ConnectDeps, 'credentials' | 'now'> {
  readonly network: Network;
  readonly scope: StoreScope;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What an application shows beside its id. */
type Proof = () => Promise<Readonly<Record<string, string>>>;

const tokenAudience = 'api://AzureADTokenExchange';
const annotation = 'azure.workload.identity';

/** How a store logs in (spec providers 5.2). Throws what reading credentials throws, `Misconfigured` and `CredentialForbidden`. */
export async function chooseLogin(spec: AzureSpec, context: AuthContext): Promise<Login> {
  forbidStrangers(spec, context.scope);
  return loginOf(spec, context);
}

/** What of a spec says how to log in. */
export type LoginSpec = Omit<AzureSpec, 'vaultUrl'>;

/** The login alone, wherever its tokens go. */
export async function loginOf(spec: LoginSpec, context: AuthContext): Promise<Login> {
  switch (spec.authType) {
    case 'ManagedIdentity': {
      const { managedIdentity } = await import('./managed-identity.ts');
      return managedIdentity(spec.identityId, context);
    }
    case 'ServicePrincipal':
      return principalLogin(spec, context);
    case 'WorkloadIdentity':
      return spec.serviceAccountRef === undefined ? podLogin(spec, context) : accountLogin(spec, context);
  }
}

/** Whoever writes a SecretStore chooses where the hook's own tokens go, so they go to Azure's own hosts only. */
function forbidStrangers(spec: AzureSpec, scope: StoreScope): void {
  if (scope.kind !== 'SecretStore' || !usesOwnIdentity(spec)) return;
  if (spec.customCloudConfig === undefined && isVaultOf(cloudOf(spec), spec.vaultUrl)) return;
  throw new ProviderError('CredentialForbidden', {
    what: `the hook's own Azure identity, for ${spec.vaultUrl}`,
  });
}

async function principalLogin(spec: LoginSpec, context: AuthContext): Promise<Login> {
  const { clientId, clientSecret, clientCertificate } = spec.authSecretRef ?? {};
  const tenant = spec.tenantId;
  if (!tenant) throw new ProviderError('Misconfigured', { what: 'tenantId is absent' });
  if ((clientSecret === undefined) === (clientCertificate === undefined)) {
    throw new ProviderError('Misconfigured', {
      what: 'authSecretRef needs exactly one of clientSecret and clientCertificate',
    });
  }
  const client = await text(context, clientId ?? {});
  if (clientSecret !== undefined) {
    const proof = { client_secret: await text(context, clientSecret) };
    return application(spec, tenant, client, async () => proof, context);
  }
  const { certificateAssertion } = await import('./certificate.ts');
  const sign = certificateAssertion(await context.credentials.secret(clientCertificate ?? {}));
  const audience = tokenUrl(spec, tenant);
  return application(
    spec,
    tenant,
    client,
    async () => assertion(sign(client, audience, context.now())),
    context,
  );
}

/** The pod's own workload identity; the azure-workload-identity webhook sets the variables. */
function podLogin(spec: LoginSpec, context: AuthContext): Login {
  const { AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant, AZURE_FEDERATED_TOKEN_FILE: file } = context.env;
  if (!client || !tenant || !file) {
    throw new ProviderError('CredentialMissing', {
      what: 'AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE of the hook',
    });
  }
  const read = () =>
    readFile(file, 'utf8').catch(() => {
      throw new ProviderError('CredentialMissing', { what: 'the file of AZURE_FEDERATED_TOKEN_FILE' });
    });
  return application(spec, tenant, client, async () => assertion((await read()).trim()), context);
}

/** A ServiceAccount, whose token is shown for the application that it names (learn.microsoft.com/entra/workload-id/workload-identity-federation). */
function accountLogin(spec: LoginSpec, context: AuthContext): Login {
  const { authSecretRef: refs, serviceAccountRef: selector, useAzureSDK = false } = spec;
  const { credentials, env } = context;
  if (selector === undefined)
    throw new ProviderError('Misconfigured', { what: 'serviceAccountRef is absent' });
  return async (scope) => {
    const annotations = await credentials.serviceAccountAnnotations(selector);
    const read = async (ref: SecretKeySelector | undefined) =>
      ref === undefined ? undefined : text(context, ref);
    const client = oneOf(
      await read(refs?.clientId),
      annotations[`${annotation}/client-id`],
      useAzureSDK ? 'second' : 'neither',
      'client id',
    );
    const tenant = oneOf(
      (await read(refs?.tenantId)) ?? spec.tenantId,
      annotations[`${annotation}/tenant-id`],
      useAzureSDK ? 'first' : 'neither',
      'tenant id',
      env.AZURE_TENANT_ID,
    );
    const proof = async () =>
      assertion((await credentials.serviceAccountToken(selector, [tokenAudience])).token);
    return application(spec, tenant, client, proof, context)(scope);
  };
}

/** The one of two that is given. ESO's two code paths differ when both are and contradict each other (spec providers, decision 24). */
function oneOf(
  first: string | undefined,
  second: string | undefined,
  winner: 'first' | 'second' | 'neither',
  what: string,
  fallback?: string,
): string {
  if (first && second && first !== second && winner === 'neither') {
    throw new ProviderError('Misconfigured', {
      what: `the ${what} of the store contradicts that of the ServiceAccount`,
    });
  }
  const found = (winner === 'second' ? second || first : first || second) || fallback;
  if (!found)
    throw new ProviderError('Misconfigured', { what: `neither store nor ServiceAccount has a ${what}` });
  return found;
}

/** learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function application(
  spec: LoginSpec,
  tenant: string,
  client: string,
  proof: Proof,
  { network, now }: AuthContext,
): Login {
  const url = tokenUrl(spec, tenant);
  return async (scope) => {
    const fields = { grant_type: 'client_credentials', client_id: client, scope, ...(await proof()) };
    return requestToken(network.apis, { url, what: `application ${client}`, ...form(fields) }, now());
  };
}

function tokenUrl(spec: LoginSpec, tenant: string): string {
  const { authority } = cloudOf(spec);
  const url = URL.parse(authority);
  if (url?.protocol !== 'https:')
    throw new ProviderError('Misconfigured', { what: 'the cloud has no login endpoint' });
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(tenant))
    throw new ProviderError('Misconfigured', { what: `tenant ${tenant}` });
  return `${authority}${tenant}/oauth2/v2.0/token`;
}

function assertion(token: string): Readonly<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: token,
  };
}

/** ESO takes the values as they are, and then a final newline fails every login. */
async function text({ credentials }: AuthContext, selector: SecretKeySelector): Promise<string> {
  return Buffer.from(await credentials.secret(selector))
    .toString()
    .trim();
}
