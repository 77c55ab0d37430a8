import { readCa } from '../kit/ca.ts';
import { mapConcurrently } from '../kit/concurrently.ts';
import { documentPushes, type TextStore } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient, type HttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { loginToken } from '../kit/login.ts';
import type { ConnectDeps, FindQuery, SecretMap, SecretsClient, StoreScope } from '../kit/provider.ts';
import { type AkeylessApi, createAkeylessApi, type Item } from './api.ts';
import { logIn } from './auth.ts';
import type { AkeylessSpec } from './schema.ts';

const cloud = 'https://api.akeyless.io';
/** ESO's mark. */
const ownTag = 'k8s-external-secrets';
const readsAtOnce = 4;
const probeTimeoutMs = 5_000;
const utf8 = new TextEncoder();

/** A client of one account with one identity. Throws what reading the credentials throws. */
export async function connectAkeyless(
  spec: AkeylessSpec,
  scope: StoreScope,
  { credentials, now, retry, ...calls }: ConnectDeps,
): Promise<SecretsClient> {
  const ca = await readCa(spec, credentials);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(retry === undefined ? {} : { retry }),
  });
  const login = { credentials, now, scope, http };
  const base = await findBase(spec, http);
  const token = loginToken(() => logIn(spec, base, login), now);
  const api = createAkeylessApi(spec.ignoreCache ?? false, { base, http, token, calls });
  return {
    async read({ key, version, metadata }, signal) {
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      if (version && !/^\d{1,9}$/.test(version))
        throw new ProviderError('Rejected', { what: `${key}, of which ${version} is no version` });
      const value = await readItem(api, key, version || undefined, signal);
      return jsonSecret(utf8.encode(value), { dots: 'escaped-first', flatten: 'raw', what: key });
    },
    find: (query, signal) => findItems(api, query, signal),
    ...ownPushes(api),
    async check() {
      await token.get();
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/**
 * Where the API is. A gateway has it below `/v2`, which its address may leave out, as in ESO: the API itself answers in JSON,
 * also where it refuses.
 */
async function findBase({ akeylessGWApiURL }: AkeylessSpec, http: HttpClient): Promise<string> {
  const base = (akeylessGWApiURL || cloud).replace(/\/+$/, '');
  const url = URL.parse(base);
  if (base === cloud || url?.pathname !== '/') return base;
  const probe = {
    method: 'POST',
    url: `${base}/`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
    timeoutMs: probeTimeoutMs,
  };
  const answer = await http.request(probe).catch(() => undefined);
  const isPage = answer !== undefined && /^text\/html/i.test(answer.headers['content-type'] ?? '');
  return isPage ? `${base}/v2` : base;
}

/** That an item is not there may also mean that the store does not see it, so it is no absence; ESO makes none of it either. */
async function readItem(
  api: AkeylessApi,
  key: string,
  version: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const item = await api.item(key, signal);
  if (item === undefined) throw new ProviderError('NotShown', { what: key });
  return api.value({ ...item, name: key }, version, signal).catch((error: unknown) => {
    const isGone = error instanceof ProviderError && error.code === 'NotFound';
    throw isGone ? new ProviderError('NotShown', error.details) : error;
  });
}

/** Items below the path whose names match, or that have one of the tags; empty ones are left out, as in ESO. */
async function findItems(
  api: AkeylessApi,
  { name, path, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const below = path === undefined ? '' : `/${path}/`.replace(/\/{2,}/g, '/');
  const matches = name === undefined ? () => true : nameMatcher(name);
  const searched = name !== undefined ? [undefined] : [...new Set(Object.values(tags))];
  if (searched.length === 0)
    throw new ProviderError('Unsupported', { what: 'dataFrom.find without name and tags' });
  const wanted = new Map<string, Item>();
  for (const tag of searched)
    for (const item of await api.list(below, tag, signal))
      if (matches(item.name)) wanted.set(item.name, item);
  const read = await mapConcurrently([...wanted.values()], readsAtOnce, async (item) => {
    return [item.name, utf8.encode(await api.value(item, undefined, signal))] as const;
  });
  return new Map(read.filter(([, value]) => value.byteLength > 0));
}

/** The writing half: static secrets that carry ESO's tag; what has none is left alone, unlike in ESO, which overwrites it. */
function ownPushes(api: AkeylessApi): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const store: TextStore = {
    async look(key, signal) {
      const item = await api.item(key, signal);
      return item && api.value({ ...item, name: key }, undefined, signal);
    },
    create: (key, value, signal) => api.change('CreateSecret', key, { value, tags: [ownTag] }, signal),
    update: (key, value, signal) => api.change('UpdateSecretVal', key, { value }, signal),
    remove: (key, signal) => api.change('DeleteItem', key, {}, signal),
  };
  const pushes = documentPushes(store);
  const isOurs = ({ type, tags }: Item) => type === 'STATIC_SECRET' && tags.includes(ownTag);
  return {
    async push(push, signal) {
      const item = await api.item(push.remoteKey, signal);
      if (item !== undefined && !isOurs(item)) throw new ProviderError('NotOwned', { what: push.remoteKey });
      return pushes.push(push, signal);
    },
    async delete(target, signal) {
      const item = await api.item(target.remoteKey, signal);
      if (item === undefined) return 'absent';
      return isOurs(item) ? pushes.delete(target, signal) : 'unmanaged';
    },
    exists: pushes.exists,
  };
}
