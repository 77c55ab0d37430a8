import * as http from 'node:http';
import * as https from 'node:https';
import { createSecureContext } from 'node:tls';
import { ProviderError } from './errors.ts';
import { proxyFor } from './proxy.ts';
import { type Attempted, type Retry, repeat } from './retry.ts';

/** What all requests of one client share. */
export interface HttpOptions {
  /** PEM. When given, no other authority is trusted (spec providers 1.10). */
  readonly ca?: string;
  /** PEM of the client certificate and its key, shown to every server that asks. */
  readonly identity?: { readonly cert: string; readonly key: string };
  /** How often failed requests are repeated: none, unless given. */
  readonly retry?: Retry;
  /** Where proxies are configured; the process's own environment by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** A list is sent as so many lines of the one header. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds for one exchange; 30,000 by default. */
  readonly timeoutMs?: number;
  /** The largest body that is accepted; 4 MiB by default. */
  readonly maxBytes?: number;
  /** The thing asked for, in the manifest's words, for errors. */
  readonly what?: string;
}

/** Any answer that arrived whole, whatever its status. Redirects are answers: nothing is sent to another host. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Uint8Array;
}

export interface HttpClient {
  /** Throws ProviderError `Unavailable`, `TlsFailed`, `Timeout`, `Malformed` (half a body), `TooLarge` or `Misconfigured`. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends all connections; running requests fail. */
  close(): void;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 4 * 1024 * 1024;
const repeatable = new Set(['GET', 'HEAD', 'LIST']);

/** A client with its own connections and trust. Throws `Misconfigured` for PEM that cannot be used. */
export function createHttpClient(options: HttpOptions = {}): HttpClient {
  const tls = {
    minVersion: 'TLSv1.2',
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...options.identity,
  } as const;
  try {
    createSecureContext(tls);
  } catch {
    throw new ProviderError('Misconfigured', {
      what: 'the TLS certificate, its key or the CA is not usable PEM',
    });
  }

  const agents = new Map<string, http.Agent>();
  const agentFor = (url: URL): http.Agent => {
    const proxy = proxyFor(url, options.env ?? process.env);
    const key = `${url.protocol} ${proxy ?? ''}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      // Node would pass by a proxy of another kind, without a word.
      if (proxy !== undefined && !/^https?:\/\//i.test(proxy)) {
        throw new ProviderError('Misconfigured', {
          what: 'the proxy of the environment is not an http or https URL',
        });
      }
      const shared = {
        keepAlive: true,
        ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
      };
      agent = url.protocol === 'https:' ? new https.Agent({ ...shared, ...tls }) : new http.Agent(shared);
      agents.set(key, agent);
    }
    return agent;
  };

  const attempt = async (request: HttpRequest): Promise<HttpAnswer> => {
    const first = await exchange(request, agentFor);
    if (first !== 'stale') return first;
    const second = await exchange(request, agentFor);
    if (second !== 'stale') return second;
    throw new ProviderError('Unavailable', { backendCode: 'ECONNRESET' });
  };

  return {
    request: (request) =>
      repeat(() => attempt(request), {
        retries: options.retry?.maxRetries ?? 0,
        intervalMs: options.retry?.intervalMs,
        isTransient: (outcome) => mayEndBetter(request, outcome),
        signal: request.signal,
      }),
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/**
 * Whether asking again may help and does no harm. What may have taken effect is asked again only when the server says
 * that it did nothing: 412 is a replica that lags, 429 too many requests, 503 no service.
 */
function mayEndBetter({ method }: HttpRequest, outcome: Attempted<HttpAnswer>): boolean {
  if (outcome.kind === 'value') {
    const { status } = outcome.value;
    const didNothing = status === 412 || status === 429 || status === 503;
    return didNothing || (repeatable.has(method) && status >= 500 && status !== 501);
  }
  const code = outcome.error instanceof ProviderError ? outcome.error.code : undefined;
  return repeatable.has(method) && (code === 'Unavailable' || code === 'Timeout' || code === 'Malformed');
}

/** One request and its answer; `stale` when an idle connection turned out to be closed and asking again does no harm. */
function exchange(request: HttpRequest, agentFor: (url: URL) => http.Agent): Promise<HttpAnswer | 'stale'> {
  const { signal, maxBytes = defaultMaxBytes } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new ProviderError('Timeout'));
    let sent: http.ClientRequest;
    try {
      sent = send(request, agentFor);
    } catch (error) {
      return reject(error instanceof ProviderError ? error : cannotSend(error));
    }
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', expire);
      outcome();
    };
    const fail = (error: ProviderError) => {
      settle(() => reject(error));
      sent.destroy();
    };
    const expire = () => fail(new ProviderError('Timeout'));
    const timer = setTimeout(expire, request.timeoutMs ?? defaultTimeoutMs);
    signal?.addEventListener('abort', expire, { once: true });

    sent.on('error', (error: NodeJS.ErrnoException) => {
      const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (closed && sent.reusedSocket && repeatable.has(request.method)) settle(() => resolve('stale'));
      else fail(connectionError(error));
    });
    sent.on('response', (answer) => {
      const cut = () => fail(new ProviderError('Malformed', { status: answer.statusCode ?? 0 }));
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > maxBytes) fail(tooLarge(request, maxBytes));
        else chunks.push(chunk);
      });
      answer.on('error', cut);
      answer.on('end', () => {
        if (!answer.complete) return cut();
        const { statusCode: status = 0, headers } = answer;
        settle(() => resolve({ status, headers, bytes: Buffer.concat(chunks) }));
      });
    });
    sent.end(request.body);
  });
}

function send(request: HttpRequest, agentFor: (url: URL) => http.Agent): http.ClientRequest {
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ProviderError('Misconfigured', { what: 'the address is not an http or https URL' });
  }
  const module = url.protocol === 'https:' ? https : http;
  return module.request(url, {
    agent: agentFor(url),
    method: request.method,
    headers: {
      'user-agent': 'keyhook',
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-length': String(request.body.byteLength) }),
    },
  });
}

/** Node refuses bad URLs and headers before anything is sent. */
function cannotSend(error: unknown): ProviderError {
  const backendCode = codeOf(error);
  return new ProviderError('Misconfigured', {
    what: 'the address, a header or the proxy cannot be used as it is written',
    ...(backendCode === undefined ? {} : { backendCode }),
  });
}

function tooLarge(request: HttpRequest, limit: number): ProviderError {
  return new ProviderError('TooLarge', {
    limit,
    ...(request.what === undefined ? {} : { what: request.what }),
  });
}

/** Codes of OpenSSL's verification (nodejs.org/api/tls.html#x509-certificate-error-codes) and of its protocol. */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_|PATH_LENGTH_|EPROTO)/;

function connectionError(error: unknown): ProviderError {
  const code = codeOf(error);
  const details = code === undefined ? {} : { backendCode: code };
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') return new ProviderError('Timeout', details);
  if (code?.startsWith('HPE_')) return new ProviderError('Malformed', details);
  if (code !== undefined && tlsCode.test(code)) return new ProviderError('TlsFailed', details);
  return new ProviderError('Unavailable', details);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
