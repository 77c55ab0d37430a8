import { ProviderError } from '../kit/errors.ts';
import { createHttpClient, type HttpClient } from '../kit/http.ts';

/** Azure's network as a store reaches it. */
export interface Network {
  /** Key Vault and the login endpoints. */
  readonly apis: HttpClient;
  /** The metadata service of the node, to which no proxy leads. */
  readonly local: HttpClient;
  close(): void;
}

/**
 * The network of a store. For tests and emulators `AZURE_ENDPOINT_URL` (an origin) stands for vaults, login endpoints and
 * the metadata service.
 */
export function connectNetwork({
  AZURE_ENDPOINT_URL,
}: Readonly<Record<string, string | undefined>>): Network {
  const apis = createHttpClient();
  const local = createHttpClient({ env: {} });
  const redirect = (client: HttpClient): HttpClient => ({
    request: (request) => client.request({ ...request, url: redirected(request.url, AZURE_ENDPOINT_URL) }),
    close: () => client.close(),
  });
  return {
    apis: redirect(apis),
    local: redirect(local),
    close() {
      apis.close();
      local.close();
    },
  };
}

function redirected(url: string, endpoint: string | undefined): string {
  if (!endpoint) return url;
  const origin = URL.parse(endpoint)?.origin;
  const parsed = URL.parse(url);
  if (origin === undefined || parsed === null)
    throw new ProviderError('Misconfigured', { what: 'AZURE_ENDPOINT_URL or an address is no URL' });
  return `${origin}${parsed.pathname}${parsed.search}`;
}
