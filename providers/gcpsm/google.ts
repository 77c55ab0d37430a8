import { ProviderError } from '../kit/errors.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../kit/http.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Google as a store reaches it. */
export interface Google {
  /** Its APIs, and the endpoints of others that a store names. */
  readonly apis: HttpClient;
  /** A read of the metadata server, and the way there. */
  metadata(path: string): Pick<HttpRequest, 'url' | 'headers'>;
  readonly metadataHttp: HttpClient;
  close(): void;
}

const metadataTimeoutMs = 5_000;

/**
 * The network of a store. For tests and emulators `GCP_ENDPOINT_URL` (an origin) stands for every Google API; the metadata
 * server is where `GCE_METADATA_HOST` says, as for Google's own libraries.
 */
export function connectGoogle({ GCP_ENDPOINT_URL, GCE_METADATA_HOST }: Env): Google {
  const apis = createHttpClient();
  // The metadata server is the node's own, so no proxy leads there.
  const metadataHttp = createHttpClient({ env: {} });
  return {
    apis: {
      request: (request) => apis.request({ ...request, url: redirected(request.url, GCP_ENDPOINT_URL) }),
      close: () => apis.close(),
    },
    metadata: (path) => ({
      url: `http://${GCE_METADATA_HOST || 'metadata.google.internal'}/computeMetadata/v1/${path}`,
      headers: { 'metadata-flavor': 'Google' },
    }),
    metadataHttp,
    close() {
      apis.close();
      metadataHttp.close();
    },
  };
}

/** Hosts of Google's APIs; nothing else gets a Google token or a subject token that is meant for Google. */
export function isGoogleApi(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' && /(^|\.)googleapis\.com$/.test(parsed.hostname);
}

function redirected(url: string, endpoint: string | undefined): string {
  if (!endpoint || !isGoogleApi(url)) return url;
  const origin = URL.parse(endpoint)?.origin;
  if (origin === undefined) throw new ProviderError('Misconfigured', { what: 'GCP_ENDPOINT_URL is no URL' });
  const { pathname, search } = new URL(url);
  return `${origin}${pathname}${search}`;
}

/**
 * An attribute of the metadata server (cloud.google.com/compute/docs/metadata/predefined-metadata-keys). Throws
 * `Misconfigured` when there is no such server or attribute; `field` is the store's field that would do instead.
 */
export async function metadataText(google: Google, path: string, field: string): Promise<string> {
  const missing = () =>
    new ProviderError('Misconfigured', { what: `${field} is absent, and no metadata server tells it` });
  const request = { method: 'GET', timeoutMs: metadataTimeoutMs, ...google.metadata(path) };
  const answer = await google.metadataHttp.request(request).catch(() => Promise.reject(missing()));
  const text = Buffer.from(answer.bytes).toString().trim();
  if (answer.status !== 200 || answer.headers['metadata-flavor'] !== 'Google' || text === '') throw missing();
  return text;
}
