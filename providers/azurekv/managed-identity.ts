import { requestToken } from '../kit/oauth.ts';
import type { AuthContext, Login } from './auth.ts';

const what = "the hook's own managed identity";

/**
 * The identity of the node, from its metadata service, or of App Service and its kin, which say where to ask.
 * learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token,
 * learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function managedIdentity(identityId: string | undefined, { network, now, env }: AuthContext): Login {
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = env;
  const isAppService = Boolean(IDENTITY_ENDPOINT && IDENTITY_HEADER);
  const base = isAppService ? IDENTITY_ENDPOINT : 'http://169.254.169.254/metadata/identity/oauth2/token';
  const version = isAppService ? '2019-08-01' : '2018-02-01';
  const headers: Record<string, string> = isAppService
    ? { 'x-identity-header': IDENTITY_HEADER ?? '' }
    : { metadata: 'true' };
  return (scope) => {
    const query = new URLSearchParams({
      'api-version': version,
      resource: scope.replace(/\/\.default$/, ''),
      ...identified(identityId),
    });
    return requestToken(network.local, { method: 'GET', url: `${base}?${query}`, headers, what }, now());
  };
}

/** A client id, or the resource id of the identity. */
function identified(identityId: string | undefined): Readonly<Record<string, string>> {
  if (!identityId) return {};
  return identityId.includes('/') ? { msi_res_id: identityId } : { client_id: identityId };
}
