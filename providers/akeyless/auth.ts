import { secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { sendJsonLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { ConnectDeps, StoreScope } from '../kit/provider.ts';
import { bodyOf } from '../kit/rest.ts';
import type { AkeylessSpec } from './schema.ts';

/** What a login needs. */
export interface LoginContext extends Pick<ConnectDeps, 'credentials' | 'now'> {
  readonly scope: StoreScope;
  readonly http: HttpClient;
}

/** Akeyless does not say how long a token is good for; one that has ended before is refused and replaced. */
const tokenSeconds = 900;
const accountTokenSeconds = 600;

/** docs.akeyless.io/reference/auth */
export async function logIn(spec: AkeylessSpec, base: string, context: LoginContext): Promise<AccessToken> {
  const body = await proofOf(spec, context);
  const what = `access id ${body['access-id']}`;
  const answer = await sendJsonLogin(context.http, `${base}/auth`, body, what);
  return tokenFor(stringOf(member(bodyOf(answer), 'token')), tokenSeconds, context.now(), what);
}

async function proofOf(
  { authSecretRef }: AkeylessSpec,
  context: LoginContext,
): Promise<Readonly<Record<string, string>>> {
  const { kubernetesAuth, secretRef = {}, serviceAccountRef } = authSecretRef;
  const { credentials } = context;
  if (kubernetesAuth !== undefined) {
    const token = await accountToken(kubernetesAuth, context);
    return {
      'access-id': kubernetesAuth.accessID,
      'access-type': 'k8s',
      'k8s-service-account-token': Buffer.from(token).toString('base64'),
      'k8s-auth-config-name': kubernetesAuth.k8sConfName,
    };
  }
  const id = await secretText(credentials, secretRef.accessID ?? {});
  const type = await secretText(credentials, secretRef.accessType ?? {});
  const { accessTypeParam } = secretRef;
  const parameter = accessTypeParam?.name ? await secretText(credentials, accessTypeParam) : '';
  if (type === 'api_key' || type === 'access_key') {
    if (parameter === '') throw new ProviderError('Misconfigured', { what: 'accessTypeParam is absent' });
    return { 'access-id': id, 'access-type': 'access_key', 'access-key': parameter };
  }
  const { cloudId } = await import('./cloud-id.ts');
  const proof = await cloudId(type, parameter, serviceAccountRef, context);
  return { 'access-id': id, 'access-type': type, 'cloud-id': proof };
}

async function accountToken(
  { serviceAccountRef, secretRef }: NonNullable<AkeylessSpec['authSecretRef']['kubernetesAuth']>,
  { credentials }: LoginContext,
): Promise<string> {
  if (serviceAccountRef !== undefined)
    return (await credentials.serviceAccountToken(serviceAccountRef, [], accountTokenSeconds)).token;
  return secretText(credentials, secretRef ?? {}, 'token');
}
