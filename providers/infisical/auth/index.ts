import { type SecretKeySelector, secretText } from '../../kit/credentials.ts';
import { ProviderError } from '../../kit/errors.ts';
import type { HttpClient } from '../../kit/http.ts';
import { member, stringOf } from '../../kit/json/member.ts';
import { loginToken, sendJsonLogin, tokenFor } from '../../kit/login.ts';
import type { AccessToken } from '../../kit/oauth.ts';
import {
  azureManagedToken,
  forbidInSecretStore,
  googleIdentity,
  ownFile,
  ownTokenPath,
} from '../../kit/own-identity.ts';
import type { ConnectDeps, StoreScope } from '../../kit/provider.ts';
import type { Renewable } from '../../kit/renewable.ts';
import { bodyOf, fixedToken } from '../../kit/rest.ts';
import { methodOf } from '../methods.ts';
import type { InfisicalSpec } from '../schema.ts';
import type { LoginContext } from './context.ts';

/** A login of Infisical: where it goes, and what it shows beside the machine identity. */
interface Login {
  readonly path: string;
  readonly body: object;
}

/** The token of a store, and whether it was made for this client, which then gives it back. */
export interface Session {
  readonly token: Renewable<AccessToken>;
  readonly isOwn: boolean;
}

const defaultAzureResource = 'https://management.azure.com/';

/** The store's session. Throws what reading a Secret throws. */
export async function infisicalSession(
  spec: InfisicalSpec,
  base: string,
  scope: StoreScope,
  http: HttpClient,
  { credentials, now }: ConnectDeps,
): Promise<Session> {
  const read = (selector: SecretKeySelector) => secretText(credentials, selector);
  const { tokenAuthCredentials } = spec.auth;
  if (methodOf(spec) === 'tokenAuthCredentials' && tokenAuthCredentials !== undefined)
    return { token: fixedToken(await read(tokenAuthCredentials.accessToken)), isOwn: false };
  const organizationSlug = spec.secretsScope.organizationSlug || undefined;
  const logIn = async () => {
    const { path, body } = await loginOf(spec, { scope, now, read });
    const what = `the machine identity of auth.${methodOf(spec)}`;
    const url = `${base}/v1/auth/${path}/login`;
    const answer = await sendJsonLogin(http, url, { ...body, organizationSlug }, what);
    const given = bodyOf(answer);
    const seconds = member(given, 'expiresIn');
    const life = seconds?.kind === 'number' ? Number(seconds.text) : Number.NaN;
    // Zero: without an end.
    return tokenFor(stringOf(member(given, 'accessToken')), life === 0 ? 31_536_000 : life, now(), what);
  };
  return { token: loginToken(logIn, now), isOwn: true };
}

/** infisical.com/docs/documentation/platform/identities: one page for each method. */
async function loginOf(spec: InfisicalSpec, context: LoginContext): Promise<Login> {
  const { auth } = spec;
  const { read, scope } = context;
  switch (methodOf(spec)) {
    case 'universalAuthCredentials': {
      const { clientId, clientSecret } = auth.universalAuthCredentials!;
      const body = { clientId: await read(clientId), clientSecret: await read(clientSecret) };
      return { path: 'universal-auth', body };
    }
    case 'azureAuthCredentials': {
      const { identityId, resource } = auth.azureAuthCredentials!;
      forbidInSecretStore(scope, "the hook's own managed identity");
      const named = resource?.name ? await read(resource) : defaultAzureResource;
      return withJwt('azure-auth', await read(identityId), await azureManagedToken(named));
    }
    case 'gcpIdTokenAuthCredentials': {
      forbidInSecretStore(scope, "the hook's own Google identity");
      const id = await read(auth.gcpIdTokenAuthCredentials!.identityId);
      return withJwt('gcp-auth', id, await googleIdentity(id));
    }
    case 'gcpIamAuthCredentials': {
      const { identityId, serviceAccountKeyFilePath } = auth.gcpIamAuthCredentials!;
      forbidInSecretStore(scope, 'a key file of the hook');
      const { googleJwt } = await import('./google.ts');
      const id = await read(identityId);
      const key = await ownFile(await read(serviceAccountKeyFilePath));
      return withJwt('gcp-auth', id, googleJwt(key, id, context.now()));
    }
    case 'jwtAuthCredentials': {
      const { identityId, jwt } = auth.jwtAuthCredentials!;
      return withJwt('jwt-auth', await read(identityId), await read(jwt));
    }
    case 'ldapAuthCredentials': {
      const { identityId, ldapUsername, ldapPassword } = auth.ldapAuthCredentials!;
      const [username, password] = [await read(ldapUsername), await read(ldapPassword)];
      return { path: 'ldap-auth', body: { identityId: await read(identityId), username, password } };
    }
    case 'ociAuthCredentials': {
      const { ociLogin } = await import('./oci.ts');
      return { path: 'oci-auth', body: await ociLogin(auth.ociAuthCredentials!, context) };
    }
    case 'kubernetesAuthCredentials': {
      const { identityId, serviceAccountTokenPath } = auth.kubernetesAuthCredentials!;
      forbidInSecretStore(scope, "the hook's own ServiceAccount token");
      const path = serviceAccountTokenPath?.name ? await read(serviceAccountTokenPath) : ownTokenPath;
      return withJwt('kubernetes-auth', await read(identityId), await ownFile(path));
    }
    case 'awsAuthCredentials': {
      forbidInSecretStore(scope, "the hook's own AWS identity");
      const { awsLogin } = await import('./aws.ts');
      const identityId = await read(auth.awsAuthCredentials!.identityId);
      return { path: 'aws-auth', body: { identityId, ...(await awsLogin(process.env)) } };
    }
    default:
      throw new ProviderError('Misconfigured', { what: 'auth names no method' });
  }
}

const withJwt = (path: string, identityId: string, jwt: string): Login => ({
  path,
  body: { identityId, jwt },
});
