import {
  createHttpHeaders,
  type PipelineRequest,
  type PipelineResponse,
  type HttpClient as SdkTransport,
} from '@azure/core-rest-pipeline';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../kit/http.ts';
import type { AccessToken } from '../kit/oauth.ts';
import { type Renewable, renewable } from '../kit/renewable.ts';
import type { Login } from './auth.ts';
import { failure } from './errors.ts';

/** What the SDK's clients of one vault share. */
export interface VaultConnection {
  readonly transport: SdkTransport;
  /** The SDK asks for a token when the vault has said for what; the first answer of a vault is that. */
  readonly credential: {
    getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
  };
}

/**
 * The SDK over our own HTTP client, in place of its own: Go's proxy rules, our trust, one deadline, whole and bounded
 * answers, errors without remote text. The SDK keeps a token until its end; here one that the vault refuses is replaced once.
 */
export function connectVault(
  vaultUrl: string,
  http: HttpClient,
  login: Login,
  now: () => number,
): VaultConnection {
  const { host } = new URL(vaultUrl);
  let tokens: Renewable<AccessToken> | undefined;
  let scope: string | undefined;

  const sendAs = async (request: HttpRequest, of: Renewable<AccessToken>): Promise<HttpAnswer> => {
    const send = ({ value }: AccessToken) =>
      http.request({ ...request, headers: { ...request.headers, authorization: `Bearer ${value}` } });
    const token = await of.get();
    const answer = await send(token);
    return answer.status === 401 ? send(await of.replace(token)) : answer;
  };

  return {
    credential: {
      async getToken(scopes) {
        const [wanted = ''] = [scopes].flat();
        if (tokens === undefined || wanted !== scope) {
          tokens = renewable(
            () => login(wanted),
            ({ renewAt }) => renewAt > now(),
          );
          scope = wanted;
        }
        const { value, renewAt } = await tokens.get();
        return { token: value, expiresOnTimestamp: renewAt };
      },
    },
    transport: {
      async sendRequest(request) {
        // The links of pages are the vault's own words.
        if (new URL(request.url).host !== host) throw new ProviderError('Malformed');
        if (isWait(request)) return { request, status: 403, headers: createHttpHeaders(), bodyAsText: '{}' };
        const sent = toHttp(request);
        const isChallenge = tokens === undefined || !request.headers.has('authorization');
        const answer = isChallenge ? await http.request(sent) : await sendAs(sent, tokens!);
        return toResponse(request, answer, isChallenge);
      },
    },
  };
}

/**
 * After a deletion the SDK looks whether it has come to an end, for which one needs to see what is deleted. Nobody here waits
 * for that, and that it may not be seen is an answer that contents the SDK.
 */
function isWait({ method, url }: PipelineRequest): boolean {
  return method === 'GET' && /^\/deleted(secrets|keys|certificates)\//.test(new URL(url).pathname);
}

/** Of a failure the SDK sees nothing but the challenge of the first answer. */
function toResponse(request: PipelineRequest, answer: HttpAnswer, isChallenge: boolean): PipelineResponse {
  const { status, headers, bytes } = answer;
  const flat = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat().join(', ')] as const],
  );
  if (isChallenge && status === 401 && headers['www-authenticate'] !== undefined)
    return { request, status, headers: createHttpHeaders(Object.fromEntries(flat)) };
  if (status < 200 || status > 299) throw failure(answer);
  const bodyAsText = Buffer.from(bytes).toString();
  // To the SDK everything that is no object is one without fields: an empty list, for one.
  if (!bodyAsText.trimStart().startsWith('{')) throw new ProviderError('Malformed', { status });
  return { request, status, headers: createHttpHeaders(Object.fromEntries(flat)), bodyAsText };
}

function toHttp({ method, url, headers, body, abortSignal }: PipelineRequest): HttpRequest {
  // Our client takes answers as they come.
  const { 'accept-encoding': _, ...sent } = headers.toJSON();
  return {
    method,
    url,
    headers: sent,
    ...(typeof body === 'string' ? { body: Buffer.from(body) } : {}),
    ...(abortSignal instanceof AbortSignal ? { signal: abortSignal } : {}),
  };
}
