import { readCa } from '../kit/ca.ts';
import type { SecretKeySelector } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import type { ConnectDeps } from '../kit/provider.ts';
import { renewable } from '../kit/renewable.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { serverUrl } from './rules.ts';
import type { KubernetesSpec } from './schema.ts';
import { type Bearer, givenToken, type Target } from './target.ts';

const tokenSeconds = 3600;
/** Tokens are replaced so long before they expire, or in the last tenth of a short life. */
const renewBeforeMs = 5 * 60_000;

/** The store's target (spec providers 8.1). Throws what reading its credentials throws. */
export async function readTarget(spec: KubernetesSpec, deps: ConnectDeps): Promise<Target> {
  const text = async (selector: SecretKeySelector = {}) =>
    Buffer.from(await deps.credentials.secret(selector)).toString();
  const { auth, authRef } = spec;
  if (authRef !== undefined) return readKubeconfig(await text(authRef));

  const url = serverUrl(spec);
  if (url === undefined)
    throw new ProviderError('Misconfigured', { what: 'server.url is no http or https URL' });
  const ca = await readCa(spec.server ?? {}, deps.credentials);
  const trust = ca === undefined ? {} : { ca };
  if (auth?.token !== undefined) {
    // ESO sends it as it is, and then a final newline fails every request.
    return { url, http: trust, bearer: givenToken((await text(auth.token.bearerToken)).trim()) };
  }
  if (auth?.serviceAccount !== undefined)
    return { url, http: trust, bearer: requestedToken(auth.serviceAccount, deps) };
  if (auth?.cert !== undefined) {
    const identity = { cert: await text(auth.cert.clientCert), key: await text(auth.cert.clientKey) };
    return { url, http: { ...trust, identity }, bearer: { kind: 'none' } };
  }
  throw new ProviderError('Misconfigured', { what: 'auth names no method' });
}

function requestedToken(
  selector: NonNullable<NonNullable<KubernetesSpec['auth']>['serviceAccount']>,
  { credentials, now }: ConnectDeps,
): Bearer {
  const obtain = async () => {
    const askedAt = now();
    const bound = await credentials.serviceAccountToken(selector, [], tokenSeconds);
    return {
      ...bound,
      expiresAt: bound.expiresAt - Math.min(renewBeforeMs, (bound.expiresAt - askedAt) / 10),
    };
  };
  return { kind: 'requested', tokens: renewable(obtain, ({ expiresAt }) => expiresAt > now()) };
}
