import { ProviderError } from '../kit/errors.ts';
import type { GenerateDeps } from '../kit/generator.ts';
import type { HttpClient } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, fixedToken, type RestApi, usualCode } from '../kit/rest.ts';

/** The API of a vendor, asked with these headers. Whatever is no JSON object is no answer of it. */
export function vendorApi(
  base: string,
  headers: Readonly<Record<string, string>>,
  http: HttpClient,
  deps: GenerateDeps,
): RestApi {
  return createRestApi({
    base,
    http,
    calls: deps,
    token: fixedToken(''),
    authorize: (request) => ({ ...request, headers: { ...headers, ...request.headers } }),
    explain: ({ status }, body) =>
      body?.kind === 'object' ? { code: status === 404 ? 'NotFound' : usualCode(status) } : undefined,
  });
}

/** A text of an answer. Throws `Malformed` without it. */
export function textIn(answer: JsonNode, name: string, what: string): string {
  const text = stringOf(member(answer, name));
  if (!text) throw new ProviderError('Malformed', { what });
  return text;
}

/** A whole number of an answer, as it is written. Throws `Malformed` without it. */
export function numeralIn(answer: JsonNode | undefined, name: string, what: string): string {
  const number = member(answer, name);
  if (number?.kind !== 'number' || !/^\d{1,18}$/.test(number.text))
    throw new ProviderError('Malformed', { what });
  return number.text;
}

/** Whether a text is the address of an HTTP API. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || url?.protocol === 'http:';
}

export const notUrl = (path: string) => ({ path, message: 'must be an http or https URL' });

/** What is gone cannot be taken back, and need not be. */
export function goneAlready(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
  throw error;
}
