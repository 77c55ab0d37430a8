import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import type { SecretMap } from '../kit/provider.ts';
import type { TemplateRenderer } from '../kit/templates.ts';
import type { WebhookSpec } from './schema.ts';

/** What one request is about. */
export interface Asked {
  /** The key of the manifest, for errors. */
  readonly what: string;
  /** `.remoteRef` of the templates: facts of the manifest, and for a push the value under the name of its key. */
  readonly remoteRef: SecretMap;
  readonly method: string;
  /** `template`: that of the store, or `otherwise`; `none`: a deletion has none. */
  readonly body: { readonly kind: 'template'; readonly otherwise?: Uint8Array } | { readonly kind: 'none' };
}

/** An answer, and the JSONPath that was rendered with its request. */
export interface Answered {
  readonly answer: HttpAnswer;
  readonly jsonPath: string;
}

/** Sends what the templates of a store make of what is asked. Any whole answer resolves. Throws `StoreTemplateFailed`. */
export type Ask = (asked: Asked, signal: AbortSignal) => Promise<Answered>;

export interface AskDeps {
  readonly spec: WebhookSpec;
  /** Keys of the store's Secrets, by the names that templates give them. */
  readonly secrets: ReadonlyMap<string, SecretMap>;
  readonly templates: TemplateRenderer;
  /** Whose templates these are: a namespace, or nobody's alone. */
  readonly tenant: string;
  readonly http: Pick<HttpClient, 'request'>;
  readonly timeoutMs: number | undefined;
}

const mostRedirects = 10;
const utf8 = new TextEncoder();

export function createAsk({ spec, secrets, templates, tenant, http, timeoutMs }: AskDeps): Ask {
  const headerNames = Object.keys(spec.headers ?? {});

  const render = async (
    named: readonly (readonly [field: string, template: string])[],
    remoteRef: SecretMap,
    what: string,
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> => {
    const own = secrets.get('remoteRef') ?? [];
    const data = new Map([...secrets, ['remoteRef', new Map([...remoteRef, ...own])] as const]);
    const result = await templates.render(
      tenant,
      named.map(([, template]) => template),
      data,
      signal,
    );
    if (result.kind === 'rendered') return result.texts;
    if (result.kind === 'stopped')
      throw new ProviderError('StoreTemplateFailed', { what: `it takes too long for ${what}` });
    throw new ProviderError('StoreTemplateFailed', { what: `${named[result.index]?.[0]}: ${result.reason}` });
  };

  return async ({ what, remoteRef, method, body }, signal) => {
    const escaped: SecretMap = new Map(
      [...remoteRef].map(([name, value]) => [name, utf8.encode(queryEscape(value))]),
    );
    const withBody = body.kind === 'template' && spec.body;
    const [[urlText], [jsonPath, ...others]] = await Promise.all([
      render([['url', spec.url]], escaped, what, signal),
      render(
        [
          ['result.jsonPath', spec.result?.jsonPath ?? ''],
          ...headerNames.map((name) => [`headers.${name}`, spec.headers?.[name] ?? ''] as const),
          ...(withBody ? [['body', spec.body ?? ''] as const] : []),
        ],
        remoteRef,
        what,
        signal,
      ),
    ]);
    const sent = withBody
      ? others.at(headerNames.length)
      : body.kind === 'template'
        ? body.otherwise
        : undefined;
    const answer = await follow(http, {
      method,
      url: urlOf(urlText, what),
      headers: headersOf(headerNames, others, what),
      // An empty body is none, as in Go.
      body: sent?.byteLength ? sent : undefined,
      what,
      signal,
      timeoutMs,
    });
    return { answer, jsonPath: Buffer.from(jsonPath ?? []).toString() };
  };
}

/** As Go's url.QueryEscape: all but letters, digits and `-_.~`, a space as `+`. */
function queryEscape(value: Uint8Array): string {
  return [...value]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      if (/[A-Za-z0-9_.~-]/.test(char)) return char;
      return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Throws `Rejected`: what a key makes of the URL concerns that key, not the whole store. */
function urlOf(text: Uint8Array | undefined, what: string): URL {
  const url = URL.parse(
    Buffer.from(text ?? [])
      .toString()
      .trim(),
  );
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new ProviderError('Rejected', { what: `${what} (it makes no http or https URL)` });
}

/** Header values as bytes, one character each, which is how Go sends them. Throws `StoreTemplateFailed` for what no header can hold. */
function headersOf(
  names: readonly string[],
  values: readonly Uint8Array[],
  what: string,
): Record<string, string> {
  return Object.fromEntries(
    names.map((name, index) => {
      const value = Buffer.from(values[index] ?? []).toString('latin1');
      try {
        validateHeaderName(name);
        validateHeaderValue(name, value);
      } catch {
        throw new ProviderError('StoreTemplateFailed', {
          what: `headers.${name} makes no header for ${what}`,
        });
      }
      return [name, value];
    }),
  );
}

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
  readonly what: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
}

/**
 * Sends a request and follows where it is led, as Go's client does: 307 and 308 repeat it, the others ask by GET. Headers go
 * only to the origin that they were made for; a push is not repeated elsewhere.
 */
async function follow(http: AskDeps['http'], first: Sent): Promise<HttpAnswer> {
  let next = first;
  for (let led = 0; ; led++) {
    const { url, body, timeoutMs, ...rest } = next;
    const answer = await http.request({
      ...rest,
      url: url.href,
      ...(body === undefined ? {} : { body }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const target = redirectTarget(answer, url);
    if (target === undefined) return answer;
    const isElsewhere = target.origin !== url.origin;
    if (led === mostRedirects || (isElsewhere && body !== undefined)) {
      throw new ProviderError('Rejected', { what: `${first.what} (led elsewhere)`, status: answer.status });
    }
    const repeats = answer.status === 307 || answer.status === 308;
    next = {
      ...next,
      url: target,
      method: repeats || next.method === 'HEAD' ? next.method : 'GET',
      body: repeats ? body : undefined,
      headers: isElsewhere ? {} : next.headers,
    };
  }
}

function redirectTarget({ status, headers }: HttpAnswer, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  const url = URL.parse(headers.location, from.href);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}
