import { ProviderError } from '../../kit/errors.ts';
import { objectIn } from '../../kit/json/member.ts';
import type { FederationSpec } from '../schema.ts';
import { exchangeToken, impersonate, jwtType, type Subject } from './exchange.ts';
import { type ExternalAccount, readExternalAccount } from './external-account.ts';
import type { AuthContext, Login } from './login.ts';
import { isMountedToken, subjectToken } from './subject-token.ts';
import { accountAnnotation } from './workload-identity.ts';

const tokenSeconds = 900;

/** Login by Workload Identity Federation (spec providers 4.3). */
export async function federationLogin(spec: FederationSpec, context: AuthContext): Promise<Login> {
  const { credConfig, serviceAccountRef, awsSecurityCredentials } = spec;
  if (credConfig !== undefined) return configuredLogin({ ...spec, credConfig }, context);
  if (serviceAccountRef !== undefined) return serviceAccountLogin({ ...spec, serviceAccountRef }, context);
  if (awsSecurityCredentials !== undefined) return awsLogin({ ...spec, awsSecurityCredentials }, context);
  throw new ProviderError('Misconfigured', { what: 'auth.workloadIdentityFederation names no credentials' });
}

type With<F extends keyof FederationSpec> = FederationSpec & { [N in F]-?: NonNullable<FederationSpec[N]> };

function serviceAccountLogin(spec: With<'serviceAccountRef'>, context: AuthContext): Login {
  const { serviceAccountRef, gcpServiceAccountEmail } = spec;
  const audience = demandAudience(spec.audience);
  const what = `ServiceAccount ${serviceAccountRef.name}`;
  return async () => {
    const [annotations, { token }] = await Promise.all([
      context.credentials.serviceAccountAnnotations(serviceAccountRef),
      context.credentials.serviceAccountToken(serviceAccountRef, [], tokenSeconds),
    ]);
    const own = await exchangeToken({ token, type: jwtType, audience }, what, context);
    const email = gcpServiceAccountEmail || annotations[accountAnnotation];
    return email ? impersonate(own, email, context) : own;
  };
}

async function awsLogin(spec: With<'awsSecurityCredentials'>, context: AuthContext): Promise<Login> {
  const { awsSecurityCredentials, gcpServiceAccountEmail: email } = spec;
  const { region, awsCredentialsSecretRef: ref } = awsSecurityCredentials;
  const audience = demandAudience(spec.audience);
  const read = async (key: string) =>
    Buffer.from(await context.credentials.secret({ ...ref, key }))
      .toString()
      .trim();
  const accessKeyId = await read('aws_access_key_id');
  const secretAccessKey = await read('aws_secret_access_key');
  const sessionToken = await read('aws_session_token').catch((error: ProviderError) => {
    if (error.code === 'CredentialMissing') return undefined;
    throw error;
  });
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  return async () => {
    const { awsSubjectToken, awsTokenType } = await import('./aws-subject.ts');
    const token = await awsSubjectToken(keys, region, audience);
    const own = await exchangeToken({ token, type: awsTokenType, audience }, `Secret ${ref.name}`, context);
    return email ? impersonate(own, email, context) : own;
  };
}

async function configuredLogin(spec: With<'credConfig'>, context: AuthContext): Promise<Login> {
  const { credConfig, externalTokenEndpoint, gcpServiceAccountEmail } = spec;
  const what = `ConfigMap ${credConfig.name} key ${credConfig.key}`;
  const account = readExternalAccount(objectIn(await context.credentials.configMap(credConfig)), what);
  const { source } = account;
  if (source.kind === 'file' && !isMountedToken(source.path)) {
    throw new ProviderError('CredentialForbidden', { what: `file ${source.path} of credential_source` });
  }
  // Whoever writes the ConfigMap need not be trusted to let the hook ask any address.
  if (source.kind === 'url' && source.url !== externalTokenEndpoint) {
    throw new ProviderError('CredentialForbidden', {
      what: 'credential_source.url, which is not externalTokenEndpoint',
    });
  }
  return externalLogin(
    {
      ...account,
      audience: spec.audience || account.audience,
      impersonated: gcpServiceAccountEmail || account.impersonated,
    },
    what,
    context,
  );
}

/** Login by a credential configuration whose source is trusted. */
export function externalLogin(account: ExternalAccount, what: string, context: AuthContext): Login {
  const audience = demandAudience(account.audience);
  const { impersonated, lifetimeSeconds, tokenUrl } = account;
  return async () => {
    const subject = await subjectOf(account, audience, context);
    const own = await exchangeToken(subject, what, context, tokenUrl);
    return impersonated ? impersonate(own, impersonated, context, lifetimeSeconds) : own;
  };
}

async function subjectOf(
  { source, subjectTokenType }: ExternalAccount,
  audience: string,
  context: AuthContext,
): Promise<Subject> {
  if (source.kind !== 'aws') {
    return { token: await subjectToken(source, context), type: subjectTokenType || jwtType, audience };
  }
  const { awsSubjectToken, awsTokenType, ownAwsKeys } = await import('./aws-subject.ts');
  const { keys, region } = await ownAwsKeys();
  return { token: await awsSubjectToken(keys, region, audience), type: awsTokenType, audience };
}

function demandAudience(audience: string | undefined): string {
  if (audience) return audience;
  throw new ProviderError('Misconfigured', { what: 'auth.workloadIdentityFederation.audience is absent' });
}
