import nodeVault from 'node-vault';
import { ProviderError } from '../errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http.ts';

/** One request to Vault. `path` is below `/v1/` and escaped. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly namespace?: string;
  /** Beside those of the store and those that are always sent. */
  readonly headers?: HttpRequest['headers'];
  /** An object is sent as JSON, text as the JSON that it is. */
  readonly body?: object | string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** The thing asked for, in the manifest's words, for errors. */
  readonly what?: string;
}

/** Sends one request; any whole answer resolves, whatever its status. Throws what {@link HttpClient} throws. */
export type VaultTransport = (request: VaultRequest) => Promise<HttpAnswer>;

/** What node-vault hands to its HTTP library: our request with the URL that it has composed. */
type Sent = VaultRequest & { readonly uri: string };

/**
 * node-vault over our own HTTP client.
 *
 * Its own HTTP library parses every number of a secret into a float, its helpers throw remote text for any status but
 * 200 and 204, and its paths pass through a template engine. So of its calls only `request` is used, with an answer
 * that always looks like 200 and carries the true status and bytes; and what it took from `VAULT_*` variables is
 * cleared, so that no process-wide token or namespace can stand in for a store's own.
 */
export function createVaultTransport(
  server: string,
  headers: Readonly<Record<string, string>>,
  http: HttpClient,
): VaultTransport {
  const send = async (sent: Sent) => ({ statusCode: 200, body: await http.request(toHttp(sent, headers)) });
  const vault = nodeVault({
    endpoint: server,
    apiVersion: 'v1',
    'request-promise': { defaults: () => send },
    commands: {},
    mustache: { render: (path: string) => path },
    debug: () => {},
  });
  Object.assign(vault, { token: '', namespace: '', pathPrefix: '' });
  return async (request) => {
    const answer: HttpAnswer | undefined = await vault.request({ ...request, path: `/${request.path}` });
    if (answer === undefined) throw new ProviderError('Unavailable');
    return answer;
  };
}

function toHttp(sent: Sent, headers: Readonly<Record<string, string>>) {
  const { token, namespace, body, signal, timeoutMs, what } = sent;
  return {
    method: sent.method,
    url: sent.uri,
    headers: {
      accept: 'application/json',
      ...headers,
      ...sent.headers,
      // Vault agents and proxies may demand it (developer.hashicorp.com/vault/docs/agent-and-proxy/agent#listener).
      'x-vault-request': 'true',
      ...(token === undefined ? {} : { 'x-vault-token': token }),
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined
      ? {}
      : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(what === undefined ? {} : { what }),
  };
}
