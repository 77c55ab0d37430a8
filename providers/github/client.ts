import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import { loginToken } from '../kit/login.ts';
import type { ConnectDeps, Push, SecretsClient } from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { createGithubApi, type GithubApi, type Shown } from './api.ts';
import { logIn } from './auth.ts';
import type { GithubSpec } from './schema.ts';
import { seal } from './seal.ts';

/** A client of one organization, repository or environment. The first call logs in. */
export async function connectGithub(
  spec: GithubSpec,
  { credentials, now, retry, ...calls }: ConnectDeps,
): Promise<SecretsClient> {
  const base = apiOf(spec.url);
  const http = createHttpClient(retry === undefined ? {} : { retry });
  const token = loginToken(() => logIn(spec, base, http, credentials, now()), now);
  const api = createGithubApi(spec, { base, http, token, calls });
  return {
    read: () => Promise.reject(new ProviderError('Unsupported', { what: 'reading: GitHub shows no value' })),
    async push(push, signal) {
      const name = push.remoteKey;
      const secret = await api.secret(name, signal);
      // GitHub says of what it does not show that it is not there; the key is shown only where secrets may be seen.
      const { id: key_id, key } = await api.publicKey(name, signal);
      const encrypted_value = await seal(pushedBytes(push), key, name);
      const scope = api.isOrganization ? await visibility(api, spec, name, secret, signal) : {};
      await api.put(name, { encrypted_value, key_id, ...scope }, signal);
      return 'written';
    },
    async delete({ remoteKey }, signal) {
      if (!(await isThere(api, remoteKey, signal))) return 'absent';
      await api.remove(remoteKey, signal);
      return 'deleted';
    },
    exists: ({ remoteKey }, signal) => isThere(api, remoteKey, signal),
    async check(signal) {
      await api.check(signal);
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** Where GitHub's API is: of github.com on a host of its own, of a GitHub Enterprise Server below its address. */
function apiOf(address: string | undefined): string {
  const url = (address || 'https://github.com').replace(/\/+$/, '');
  if (url === 'https://github.com') return 'https://api.github.com';
  const host = URL.parse(url)?.hostname ?? '';
  const isApi = url.endsWith('/api/v3') || host.startsWith('api.') || host.includes('.api.');
  return isApi ? url : `${url}/api/v3`;
}

/** Throws `NotShown` when the app sees no secrets at all, so that nothing can be said of this one. */
async function isThere(api: GithubApi, name: string, signal: AbortSignal): Promise<boolean> {
  if ((await api.secret(name, signal)) !== undefined) return true;
  await api.publicKey(name, signal);
  return false;
}

/** A whole Secret is JSON with its values in base64, as ESO pushes it here. */
function pushedBytes(push: Push): Uint8Array {
  if (push.secretKey) return pushedValue(push);
  const encoded = [...push.source.data].map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  return Buffer.from(serializeStrings(new Map(encoded), 'escaped'));
}

/** Who may use an organization's secret. An update without the selected repositories would take it from all of them. */
async function visibility(
  api: GithubApi,
  { orgSecretVisibility }: GithubSpec,
  name: string,
  secret: Shown | undefined,
  signal: AbortSignal,
): Promise<object> {
  const wanted = orgSecretVisibility || secret?.visibility || 'all';
  if (wanted !== 'selected') return { visibility: wanted };
  return { visibility: wanted, selected_repository_ids: await api.repositories(name, signal) };
}
