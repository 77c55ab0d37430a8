import {
  type Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { type AgentOptions, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseExact, stringifyExact } from '../providers/kit/json/exact.ts';
import { KubeApiError } from './kube-api.ts';

/** Where requests to the API server go, and with what. */
export interface KubeEndpoint {
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly agent: Agent;
}

/** What a kubeconfig, or a pod, says of the way to the API server. */
export interface KubeAccess {
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  /** Whom to trust, and a certificate of our own. */
  readonly tls: AgentOptions;
  /** Goes through a proxy. */
  readonly agent?: Agent;
}

/** Where a {@link KubeAccess} is read. */
export interface KubeAccessSource {
  /** What the files say now. Rejects with {@link KubeApiError}. */
  read(): Promise<KubeAccess>;
  /** What was read was refused. */
  reload(): void;
}

/** The endpoint, kept fresh. */
export interface KubeEndpoints {
  current(): Promise<KubeEndpoint>;
  /** The credentials were refused: the next endpoint is made from what the files hold then. */
  renew(): void;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the server's own path. */
  readonly path: string;
  readonly body?: object;
  /** Of the body; absent: application/json. */
  readonly contentType?: string;
}

/** Sends requests to an API server. Rejects with {@link KubeApiError} only. */
export interface KubeTransport {
  /** The JSON of the answer. */
  call<T>(request: KubeRequest): Promise<T>;
  /** Hands over the answer line by line. Resolves when it ends, or when the signal aborts it. */
  lines(request: KubeRequest, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
}

/** A server that says nothing for so long has failed; a hook call has 12 s in all. */
const silenceMs = 8_000;
const longestWaitS = 5;
const maxAttempts = 4;

export function createTransport(endpoints: KubeEndpoints, userAgent: string): KubeTransport {
  const send = async (request: KubeRequest, options: RequestOptions = {}): Promise<IncomingMessage> => {
    const { url, headers, agent } = await endpoints.current();
    const body = request.body === undefined ? undefined : Buffer.from(stringifyExact(request.body));
    // Node sends a DELETE's body without its length unless told; the server then takes it for the next request.
    const content = {
      'content-type': request.contentType ?? 'application/json',
      'content-length': body?.byteLength,
    };
    const all = { ...headers, accept: 'application/json', 'user-agent': userAgent };
    const path = `${url.pathname.replace(/\/$/, '')}${request.path}`;
    return new Promise((resolve, reject) => {
      const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const outgoing = start(url, {
        ...options,
        method: request.method,
        path,
        agent,
        headers: body === undefined ? all : { ...all, ...content },
      });
      outgoing.on('response', resolve);
      // The agent's own timeout, for idle sockets, would end a quiet watch.
      if (options.timeout !== undefined)
        outgoing.on('timeout', () => outgoing.destroy(new KubeApiError(0, 'Timeout')));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection just as it was used again: what only reads may be sent once more.
        const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(stale && request.method === 'GET' ? new StaleConnection() : error);
      });
      outgoing.end(body);
    });
  };

  const attempt = async <T>(request: KubeRequest): Promise<Attempt<T>> => {
    const response = await send(request, { timeout: silenceMs });
    const status = response.statusCode ?? 0;
    const body = await text(response);
    if (status >= 200 && status < 300) return { kind: 'done', value: parse<T>(body) };
    const error = failure(status, body);
    if (status === 401) return { kind: 'refused', error };
    const waitS = Number(response.headers['retry-after'] ?? Number.NaN);
    return status === 429 && waitS <= longestWaitS
      ? { kind: 'later', waitS, error }
      : { kind: 'failed', error };
  };

  return {
    async call<T>(request: KubeRequest): Promise<T> {
      for (let count = 1; ; count += 1) {
        const result = await attempt<T>(request).catch(
          (error: unknown): Attempt<T> =>
            error instanceof StaleConnection
              ? { kind: 'later', waitS: 0, error: connectionFailure(error) }
              : { kind: 'failed', error: connectionFailure(error) },
        );
        if (result.kind === 'done') return result.value;
        if (result.kind === 'failed' || count === maxAttempts) throw result.error;
        if (result.kind === 'later') await sleep(result.waitS * 1_000);
        else if (count === 1) endpoints.renew();
        else throw result.error;
      }
    },
    async lines(request, onLine, signal) {
      try {
        const response = await send(request, { signal });
        const status = response.statusCode ?? 0;
        if (status !== 200) {
          if (status === 401) endpoints.renew();
          throw failure(status, await text(response));
        }
        await eachLine(response, onLine);
      } catch (error) {
        if (!signal.aborted) throw connectionFailure(error);
      }
    },
  };
}

type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'later'; readonly waitS: number; readonly error: KubeApiError }
  | { readonly kind: 'refused' | 'failed'; readonly error: KubeApiError };

class StaleConnection extends Error {}

async function eachLine(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }
}

function parse<T>(body: string): T {
  try {
    return parseExact(body) as T;
  } catch {
    throw new KubeApiError(0, 'Malformed');
  }
}

/** The error of an answer: the `reason` and `message` of the Status object in it, when there is one. */
function failure(status: number, body: string): KubeApiError {
  try {
    const { reason, message } = JSON.parse(body);
    return new KubeApiError(status, typeof reason === 'string' ? reason : 'Unknown', String(message ?? ''));
  } catch {
    return new KubeApiError(status, 'Unknown');
  }
}

function connectionFailure(error: unknown): KubeApiError {
  if (error instanceof KubeApiError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  return new KubeApiError(0, typeof code === 'string' ? code : 'ConnectionFailed');
}
