import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpCall {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Trusted instead of the system's certificates. */
  readonly caPem?: string;
  /** A client certificate. */
  readonly identity?: { readonly certPem: string; readonly keyPem: string };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One HTTP or HTTPS exchange on a connection of its own. Rejects when the connection fails or breaks. */
export function http({ url, method = 'GET', headers = {}, body, caPem, identity }: HttpCall) {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, {
    method,
    // Without it Node sends the body of a DELETE behind a request that says it has none.
    headers: body === undefined ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers },
    agent: false,
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(identity === undefined ? {} : { cert: identity.certPem, key: identity.keyPem }),
  });
  request.on('error', reject);
  request.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
    );
  });
  request.end(body);
  return promise;
}
