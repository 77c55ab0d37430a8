import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient, HttpRequest } from '../kit/http.ts';

/** What the SDK's clients take as their way to the network. */
export type SdkTransport = NonNullable<SecretsManagerClientConfig['requestHandler']>;

/** The SDK's request, signed, as far as it is sent. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A batch holds 20 secrets of 64 KiB, in JSON. */
const maxBytes = 16 * 1024 * 1024;

/**
 * The SDK over our own HTTP client, in place of its own: Go's proxy rules, our trust, one deadline, whole and bounded
 * answers. What goes wrong on the way is thrown as ProviderError, right through the SDK.
 */
export function createSdkTransport(http: HttpClient): SdkTransport {
  const handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest, options: { abortSignal?: unknown } = {}) {
      const { status, headers, bytes } = await sendTwice(http, toHttp(request, options.abortSignal));
      return { response: { statusCode: status, headers: flat(headers), body: bytes } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    // The connections belong to the store's client, which outlives those of the SDK.
    destroy() {},
  };
  return handler as unknown as SdkTransport;
}

/** AWS ends idle connections without a word, and everything asked of it here can be asked twice. */
async function sendTwice(http: HttpClient, request: HttpRequest) {
  try {
    return await http.request(request);
  } catch (error) {
    const wasCut =
      error instanceof ProviderError && /^(ECONNRESET|EPIPE)$/.test(error.details.backendCode ?? '');
    if (!wasCut) throw error;
    return http.request(request);
  }
}

function toHttp(request: SdkRequest, signal: unknown): HttpRequest {
  const { protocol, hostname, port, path, query = {}, method, headers, body } = request;
  const url = new URL(path, `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) url.searchParams.append(name, value ?? '');
  return {
    method,
    url: url.href,
    headers,
    maxBytes,
    ...(typeof body === 'string' ? { body: Buffer.from(body) } : {}),
    ...(body instanceof Uint8Array ? { body } : {}),
    ...(signal instanceof AbortSignal ? { signal } : {}),
  };
}

/** The SDK knows one value of a header. */
function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}
