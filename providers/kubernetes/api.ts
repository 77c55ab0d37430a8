import { answers, type CallDeps, makeCall } from '../kit/calls.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import type { Target } from './target.ts';

export interface KubernetesRequest {
  /** Segments below the server's address, not yet escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** GET unless given. */
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  /** JSON text: what is written back keeps its spelling. */
  readonly body?: string;
  /** Label of `externalsecret_provider_api_calls_count`. */
  readonly call: string;
  /** The thing asked for, in the manifest's words, for errors. */
  readonly what: string;
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** Sends one request with the store's identity; any whole answer resolves. A refused ServiceAccount token is replaced once. */
export type KubernetesApi = (request: KubernetesRequest) => Promise<HttpAnswer>;

export function createKubernetesApi(
  { url, bearer }: Target,
  http: HttpClient,
  deps: CallDeps,
): KubernetesApi {
  const once = async (request: KubernetesRequest, token: string | undefined) => {
    const { method = 'GET', path, query, body, call, what, maxBytes, signal } = request;
    const address = new URL(url);
    const below = path.map((segment) => encodeURIComponent(segment)).join('/');
    address.pathname = `${address.pathname.replace(/\/+$/, '')}/${below}`;
    address.search = query === undefined ? '' : String(new URLSearchParams(query));
    const send = () =>
      http.request({
        method,
        url: address.href,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
        what,
        signal,
      });
    return makeCall(deps, { name: call, signal }, send, answers);
  };

  return async (request) => {
    if (bearer.kind !== 'requested') return once(request, bearer.kind === 'given' ? bearer.token : undefined);
    const held = await bearer.tokens.get();
    const answer = await once(request, held.token);
    if (answer.status !== 401) return answer;
    return once(request, (await bearer.tokens.replace(held)).token);
  };
}
