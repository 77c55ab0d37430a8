import { type AwsKeys, givenKeys, webIdentity } from '../../kit/aws-keys.ts';
import type { Sts } from '../../kit/aws-sts.ts';
import { createHttpClient, type HttpClient } from '../../kit/http.ts';
import { forbidInSecretStore } from '../../kit/own-identity.ts';
import { secretReference, serviceAccountReference } from '../../kit/references.ts';
import type { AuthContext, AuthMethod } from '../../kit/vault/method.ts';
import type { VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['iam']>;

const defaultPath = 'aws';
const defaultRegion = 'us-east-1';
/**
 * `auth.iam` (developer.hashicorp.com/vault/api-docs/auth/aws#login): a signed GetCallerIdentity request, which Vault sends to
 * AWS to learn who signed it. Everything is obtained for each login, and nothing goes through the process's environment.
 */
export const iam: AuthMethod<Section> = {
  references({ jwt, secretRef }) {
    const account = jwt?.serviceAccountRef;
    if (account !== undefined) return [serviceAccountReference(account, 'jwt.serviceAccountRef')];
    return Object.entries(secretRef ?? {}).map(([name, selector]) =>
      secretReference(selector, `secretRef.${name}`),
    );
  },
  async authenticate(section, context) {
    return { kind: 'login', request: () => loginRequest(section, context) };
  },
};

async function loginRequest(section: Section, context: AuthContext) {
  const { path, region, role, externalID, vaultRole, vaultAwsIamServerID } = section;
  const { assumeRole, signed, stsOf } = await import('../../kit/aws-sts.ts');
  const sts = stsOf(region || defaultRegion, process.env);
  const http = createHttpClient();
  try {
    const base = await baseKeys(section, sts, http, context);
    const keys = role ? await assumeRole(http, sts, base, role, externalID) : base;
    const identity = await signed(
      sts,
      keys,
      { Action: 'GetCallerIdentity' },
      vaultAwsIamServerID ? { 'x-vault-aws-iam-server-id': vaultAwsIamServerID } : {},
    );
    return {
      path: `auth/${path || defaultPath}/login`,
      body: {
        role: vaultRole,
        iam_http_request_method: 'POST',
        iam_request_url: base64(sts.url.href),
        iam_request_body: base64(identity.body),
        iam_request_headers: base64(JSON.stringify(identity.headers)),
      },
    };
  } finally {
    http.close();
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Whose keys sign, before a role is assumed: a ServiceAccount's, given ones, or the pod's (spec providers 3.1). */
async function baseKeys(
  { jwt, secretRef }: Section,
  sts: Sts,
  http: HttpClient,
  { credentials, scope }: AuthContext,
): Promise<AwsKeys> {
  const account = jwt?.serviceAccountRef;
  if (account !== undefined) {
    const { role, token } = await webIdentity(account, credentials);
    const { assumeRoleWithWebIdentity } = await import('../../kit/aws-sts.ts');
    return assumeRoleWithWebIdentity(http, sts, role, token);
  }
  if (secretRef !== undefined) return givenKeys(secretRef, credentials);
  forbidInSecretStore(scope, "the hook's own AWS identity");
  const { podKeys } = await import('../../kit/aws-sts.ts');
  return podKeys(sts.region);
}
