import { ProviderError } from '../kit/errors.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import { isJson } from '../kit/json/tokenizer.ts';
import type { RemoteRef, RemoteSecret } from '../kit/provider.ts';
import { demand, type GcpApi } from './api.ts';
import { type Place, secretName, versionName } from './names.ts';
import type { GcpSpec } from './schema.ts';

/** Where a store reads, and how. */
export interface Source {
  readonly api: GcpApi;
  readonly place: Place;
  readonly policy: GcpSpec['secretVersionSelectionPolicy'];
}

/** The value of a version, by default that of the policy. */
export async function readValue(
  source: Source,
  { key, version }: RemoteRef,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (version) return accessVersion(source, key, version, signal);
  try {
    return await accessVersion(source, key, 'latest', signal);
  } catch (error) {
    if (source.policy !== 'LatestOrFetch' || !isUnusable(error)) throw error;
    const newest = await newestEnabled(source, key, signal);
    if (newest === undefined) throw error;
    return accessVersion(source, key, newest, signal);
  }
}

/** Disabled and destroyed versions are a failed precondition; one that has another reason fails for the next version, too. */
export function isUnusable(error: unknown): boolean {
  return error instanceof ProviderError && error.details.backendCode === 'FAILED_PRECONDITION';
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
export async function accessVersion(
  { api, place }: Source,
  key: string,
  version: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const name = versionName(place, key, version);
  const { payload } = await api.call(
    { operation: 'AccessSecretVersion', what: key, signal },
    (client, options) => client.accessSecretVersion({ name }, options),
  );
  const data = payload?.data;
  // A payload without data is no empty value: Secret Manager stores none.
  if (!(data instanceof Uint8Array) || data.byteLength === 0)
    throw new ProviderError('Malformed', { what: key });
  return new Uint8Array(data);
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/list */
export async function newestEnabled(
  { api, place }: Source,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const parent = secretName(place, key);
  let newest: { readonly version: string; readonly created: number } | undefined;
  let pageToken = '';
  do {
    const page = await api.call({ operation: 'ListSecretVersions', what: key, signal }, (client, options) =>
      client
        .listSecretVersions({ parent, filter: 'state:ENABLED', pageToken }, options)
        .then(([, , answer]) => [answer]),
    );
    for (const { name, createTime, state } of demand(page.versions, key)) {
      const version = /\/versions\/([^/]+)$/.exec(name ?? '')?.[1];
      const created = Number(createTime?.seconds ?? 0) + (createTime?.nanos ?? 0) / 1e9;
      if (state !== 'ENABLED' || version === undefined) continue;
      if (newest === undefined || created > newest.created) newest = { version, created };
    }
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return newest?.version;
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/get */
export async function readSecret({ api, place }: Source, key: string, signal: AbortSignal) {
  const name = secretName(place, key);
  const secret = await api.call({ operation: 'GetSecret', what: key, signal }, (client, options) =>
    client.getSecret({ name }, options),
  );
  if (!secret.name) throw new ProviderError('Malformed', { what: key });
  return secret;
}

/** The labels and annotations of a secret. */
export async function readMetadata(source: Source, key: string, signal: AbortSignal): Promise<RemoteSecret> {
  const { annotations, labels } = await readSecret(source, key, signal);
  return metadataSecret(annotations ?? {}, labels ?? {}, key);
}

type Texts = Readonly<Record<string, string>>;

/** What metadataPolicy Fetch reads (spec providers 4.4). */
export function metadataSecret(annotations: Texts, labels: Texts, what: string): RemoteSecret {
  const maps = new Map(
    Object.entries({ annotations, labels }).map(([name, texts]) => [name, new Map(Object.entries(texts))]),
  );
  const json = (name: string) => {
    const texts = maps.get(name) ?? new Map();
    return texts.size === 0 ? 'null' : serializeStrings(texts, 'escaped');
  };
  const whole = Buffer.from(`{"annotations":${json('annotations')},"labels":${json('labels')}}`);
  const value = (property?: string): Uint8Array => {
    if (!property) return whole;
    const [, field = '', name] = /^([^.]*)(?:\.(.*))?$/s.exec(property) ?? [];
    const text = name === undefined ? json(field) : maps.get(field)?.get(name);
    if (!maps.has(field) || text === undefined)
      throw new ProviderError('PropertyMissing', { what, property });
    return Buffer.from(text);
  };
  return {
    size: whole.byteLength,
    value,
    map: (property) => jsonSecret(value(property), { dots: 'as-given', flatten: 'raw', what }).map(),
  };
}

/**
 * A payload. Unlike elsewhere a property is looked up in valid JSON only, and one that begins with a dot is a path
 * (spec providers 1.5, 4.4).
 */
export function payloadSecret(bytes: Uint8Array, what: string): RemoteSecret {
  const byName = jsonSecret(bytes, { dots: 'escaped-first', flatten: 'raw', what });
  const byPath = jsonSecret(bytes, { dots: 'as-given', flatten: 'raw', what });
  const secretFor = (property: string | undefined) => {
    if (!property) return byName;
    if (!isJson(bytes)) throw new ProviderError('PropertyMissing', { what, property });
    return property.startsWith('.') ? byPath : byName;
  };
  return {
    size: bytes.byteLength,
    value: (property) => secretFor(property).value(property),
    map: (property) => secretFor(property).map(property),
  };
}
