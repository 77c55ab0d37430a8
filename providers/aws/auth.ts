import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import { givenKeys, webIdentity } from '../kit/aws-keys.ts';
import type { ServiceAccountSelector } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { ConnectDeps, StoreScope } from '../kit/provider.ts';
import { type AwsApi, type AwsCall, createAwsApi } from './api.ts';
import { loginError, providerError } from './errors.ts';
import type { AwsSpec } from './schema.ts';
import { givenSession, type Keys, obtainedSession, type Session } from './session.ts';
import { sessionTags } from './session-tags.ts';

/** How all SDK clients of a store are made, but for their credentials and endpoint. */
export type SdkOptions = Pick<STSClientConfig, 'region' | 'requestHandler' | 'maxAttempts'>;

export interface AuthContext extends ConnectDeps {
  readonly scope: StoreScope;
  /** Options of an STS client, its endpoint included. */
  readonly sts: SdkOptions & Pick<STSClientConfig, 'endpoint'>;
}

type StsApi = AwsApi<STSClient>;

const loginTimeoutMs = 10_000;
/** Lifetime of a role's session in seconds: what ESO asks for. */
const roleSeconds = 900;
const anonymous = givenSession({ accessKeyId: 'none', secretAccessKey: 'none' });

/** The identity of a store, by the order of spec providers 2.2: auth.jwt, auth.secretRef or the pod's; then the roles. */
export async function openSession(spec: AwsSpec, context: AuthContext): Promise<Session> {
  let session = await baseSession(spec, context);
  for (const RoleArn of spec.additionalRoles ?? []) session = assumeRole(session, { RoleArn }, context);
  if (!spec.role) return session;
  const tags = sessionTags(spec, context.scope);
  return assumeRole(
    session,
    {
      RoleArn: spec.role,
      ...(spec.externalID ? { ExternalId: spec.externalID } : {}),
      ...(tags.length === 0 ? {} : { Tags: tags, TransitiveTagKeys: spec.transitiveTagKeys ?? [] }),
    },
    context,
  );
}

/**
 * Whether the store can work (spec providers 2.2): its credentials can be obtained. Given ones are shown to STS, which
 * tells everybody who they are; where it does not say that it knows them not, they may be good all the same.
 */
export async function checkSession(
  session: Session,
  context: AuthContext,
  signal: AbortSignal,
): Promise<'ready' | 'unknown'> {
  await session.keys();
  if (session.kind === 'obtained') return 'ready';
  const call = { operation: 'GetCallerIdentity', what: "the store's credentials", signal };
  try {
    await stsOf(session, context).call(call, (sts, options) =>
      sts.send(new GetCallerIdentityCommand({}), options),
    );
    return 'ready';
  } catch (error) {
    if ((error as ProviderError).code !== 'LoginFailed') return 'unknown';
    throw error;
  }
}

async function baseSession({ auth }: AwsSpec, context: AuthContext): Promise<Session> {
  if (auth?.jwt !== undefined) {
    const { serviceAccountRef } = auth.jwt;
    if (serviceAccountRef === undefined) {
      throw new ProviderError('Misconfigured', { what: 'auth.jwt lacks serviceAccountRef' });
    }
    const sts = stsOf(anonymous, context);
    return obtainedSession(() => assumeWithServiceAccount(sts, serviceAccountRef, context), context.now);
  }
  if (auth?.secretRef !== undefined)
    return givenSession(await givenKeys(auth.secretRef, context.credentials));
  return podSession(context);
}

/** The SDK's own chain: environment, shared files, IRSA, EKS Pod Identity, container and instance metadata. */
function podSession(context: AuthContext): Session {
  const { config } = new STSClient(context.sts);
  return obtainedSession(async () => {
    try {
      return await config.credentials({ forceRefresh: true });
    } catch (error) {
      throw loginError(providerError(error, "the hook's own AWS identity"));
    }
  }, context.now);
}

/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html; the annotations are those of EKS. */
async function assumeWithServiceAccount(
  sts: StsApi,
  selector: ServiceAccountSelector,
  { credentials }: AuthContext,
): Promise<Keys> {
  const { role, token } = await webIdentity(selector, credentials);
  return login(sts, 'AssumeRoleWithWebIdentity', role, (client, options) =>
    client.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: role,
        // ESO's name: trust policies and CloudTrail filters may ask for it.
        RoleSessionName: 'external-secrets-provider-aws',
        WebIdentityToken: token,
      }),
      options,
    ),
  );
}

/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assumeRole(
  base: Session,
  input: Omit<AssumeRoleCommandInput, 'RoleSessionName'> & { RoleArn: string },
  context: AuthContext,
): Session {
  const sts = stsOf(base, context);
  const request = { ...input, RoleSessionName: 'keyhook', DurationSeconds: roleSeconds };
  const assume = () =>
    login(sts, 'AssumeRole', input.RoleArn, (client, options) =>
      client.send(new AssumeRoleCommand(request), options),
    );
  return obtainedSession(assume, context.now);
}

/** One login. Many reads may wait for it, so it heeds none of their signals. */
async function login(
  sts: StsApi,
  operation: string,
  role: string,
  send: (
    client: STSClient,
    options: { abortSignal: AbortSignal },
  ) => Promise<{ Credentials?: StsCredentials | undefined }>,
): Promise<Keys> {
  const what = `role ${role}`;
  const call: AwsCall = { operation, what, signal: AbortSignal.timeout(loginTimeoutMs) };
  const answer = await sts
    .call(call, send)
    .catch((error: ProviderError) => Promise.reject(loginError(error)));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new ProviderError('Malformed', { what });
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

function stsOf(session: Session, context: AuthContext): StsApi {
  return createAwsApi(session, (keys) => new STSClient({ ...context.sts, credentials: keys }), context);
}
