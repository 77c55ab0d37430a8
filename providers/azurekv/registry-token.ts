import type { Static } from 'typebox';
import { answers, makeCall } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import { type GenerateDeps, type Generated, generator, textValues } from '../kit/generator.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { jwtEnd } from '../kit/jwt.ts';
import { form } from '../kit/oauth.ts';
import { bodyOf, failure, usualCode } from '../kit/rest.ts';
import { K } from '../kit/schema.ts';
import type { LoginSpec } from './auth.ts';
import type { Network } from './network.ts';

const spec = K.object('Who logs in at which registry.', {
  auth: K.object('How: the first of servicePrincipal, managedIdentity and workloadIdentity.', {
    servicePrincipal: K.optional(
      K.object('An application with a secret.', {
        secretRef: K.object('Its id and secret.', {
          clientId: K.optional(K.secretKeySelector('Secret key that holds the id.')),
          clientSecret: K.optional(K.secretKeySelector('Secret key that holds the secret.')),
        }),
      }),
    ),
    managedIdentity: K.optional(
      K.object("The hook's own managed identity.", {
        identityId: K.optional(K.string('Client id or resource id, where there are several.')),
      }),
    ),
    workloadIdentity: K.optional(
      K.object("A ServiceAccount; without one the hook's own workload identity.", {
        serviceAccountRef: K.optional(
          K.serviceAccountSelector(
            'ServiceAccount whose annotations azure.workload.identity/client-id and tenant-id name the application.',
          ),
        ),
      }),
    ),
  }),
  tenantId: K.optional(K.string('Tenant of the application. servicePrincipal needs it.')),
  registry: K.string('Host of the registry, such as example.azurecr.io.'),
  scope: K.optional(
    K.string('What the login may do, such as repository:app:pull. Absent: all that the identity may.'),
  ),
  environmentType: K.defaulted(
    K.enum('Cloud of the registry.', [
      'PublicCloud',
      'USGovernmentCloud',
      'ChinaCloud',
      'GermanCloud',
      'AzureStackCloud',
    ]),
    'PublicCloud',
  ),
});
type Spec = Static<typeof spec>;

/** A login at an Azure registry: `username`, `password`. */
export const acrAccessToken = generator({
  kind: 'ACRAccessToken',
  description: 'Makes a login at an Azure container registry.',
  spec,
  problems: (spec) => [
    ...(Object.values(spec.auth).some((method) => method !== undefined)
      ? []
      : [{ path: 'auth', message: 'names no method' }]),
    ...(URL.parse(`https://${spec.registry}`)?.host === spec.registry
      ? []
      : [{ path: 'registry', message: 'is no host' }]),
    ...(clouds[spec.environmentType ?? 'PublicCloud'] === undefined
      ? [{ path: 'environmentType', message: 'has no container registries' }]
      : []),
  ],
  async generate(spec, deps) {
    const { connectNetwork } = await import('./network.ts');
    const network = connectNetwork(process.env);
    try {
      return await makeLogin(spec, network, deps);
    } finally {
      network.close();
    }
  },
});

/** Where a cloud's tokens for its management are for, and below which domain its registries are. */
const clouds: Partial<Record<string, { readonly management: string; readonly domain: string }>> = {
  PublicCloud: { management: 'https://management.azure.com/.default', domain: 'azurecr.io' },
  USGovernmentCloud: { management: 'https://management.usgovcloudapi.net/.default', domain: 'azurecr.us' },
  ChinaCloud: { management: 'https://management.chinacloudapi.cn/.default', domain: 'azurecr.cn' },
  GermanCloud: { management: 'https://management.microsoftazure.de/.default', domain: 'azurecr.de' },
};

/** github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
async function makeLogin(spec: Spec, network: Network, deps: GenerateDeps): Promise<Generated> {
  const { registry, scope, tenantId = '' } = spec;
  const cloud = clouds[spec.environmentType];
  if (cloud === undefined) throw new ProviderError('Misconfigured', { what: 'environmentType' });
  // Whoever writes the generator chooses the host; the hook's own tokens go to registries of the cloud only.
  if (usesOwnIdentity(spec) && !registry.endsWith(`.${cloud.domain}`))
    throw new ProviderError('CredentialForbidden', {
      what: `the hook's own Azure identity, for ${registry}`,
    });
  const { loginOf } = await import('./auth.ts');
  const context = { ...deps, network, scope: storeScope(deps.namespace), env: process.env };
  const login = await loginOf(loginSpecOf(spec), context);
  const entra = await login(cloud.management);
  const refresh = await exchange(network, registry, deps, 'exchange', 'refresh_token', {
    grant_type: 'access_token',
    service: registry,
    tenant: tenantId,
    access_token: entra.value,
  });
  const password = scope
    ? await exchange(network, registry, deps, 'token', 'access_token', {
        grant_type: 'refresh_token',
        service: registry,
        scope,
        refresh_token: refresh,
      })
    : refresh;
  const end = jwtEnd(password);
  return {
    // learn.microsoft.com/azure/container-registry/container-registry-authentication
    values: textValues({ username: '00000000-0000-0000-0000-000000000000', password }),
    ...(end === undefined ? {} : { until: end * 1000 }),
  };
}

async function exchange(
  { apis }: Network,
  registry: string,
  deps: GenerateDeps,
  endpoint: 'exchange' | 'token',
  result: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const what = `registry ${registry}`;
  const { signal } = deps;
  const url = `https://${registry}/oauth2/${endpoint}`;
  const send = () => apis.request({ method: 'POST', url, what, signal, ...form(fields) });
  const answer = await makeCall(deps, { name: `ACR.${endpoint}`, signal }, send, answers);
  const body = bodyOf(answer);
  if (answer.status !== 200)
    throw failure(answer, what, body?.kind === 'object' ? { code: usualCode(answer.status) } : undefined);
  const token = stringOf(member(body, result));
  if (!token) throw new ProviderError('Malformed', { what, status: answer.status });
  return token;
}

function usesOwnIdentity({ auth }: Spec): boolean {
  if (auth.servicePrincipal !== undefined) return false;
  return auth.managedIdentity !== undefined || auth.workloadIdentity?.serviceAccountRef === undefined;
}

function loginSpecOf({ auth, tenantId, environmentType }: Spec): LoginSpec {
  const shared = { environmentType, ...(tenantId ? { tenantId } : {}) } as const;
  const { servicePrincipal, managedIdentity, workloadIdentity } = auth;
  if (servicePrincipal !== undefined)
    return { ...shared, authType: 'ServicePrincipal', authSecretRef: servicePrincipal.secretRef };
  if (managedIdentity !== undefined) {
    const { identityId } = managedIdentity;
    return { ...shared, authType: 'ManagedIdentity', ...(identityId ? { identityId } : {}) };
  }
  const account = workloadIdentity?.serviceAccountRef;
  return {
    environmentType,
    authType: 'WorkloadIdentity',
    ...(account === undefined ? {} : { serviceAccountRef: account }),
  };
}

function storeScope(namespace: string) {
  return { kind: 'SecretStore', name: 'generator', namespace } as const;
}
