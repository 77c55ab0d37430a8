import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { arrayNode, objectNode } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';
import type { PulumiSpec } from './schema.ts';

/** What is asked for on whose behalf. */
export interface Asking {
  /** The key of the manifest, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The YAML of an environment, and what tells this state of it from others. */
export interface Definition {
  readonly yaml: string;
  readonly etag: string | undefined;
}

/** One environment (pulumi.com/docs/reference/cloud-rest-api/environments). Throws `Misconfigured` when there is none. */
export interface PulumiApi {
  /** All values, evaluated, as a JSON object. */
  values(asking: Asking): Promise<JsonNode>;
  /** Secrets in it are encrypted, and may be written back so. */
  definition(asking: Asking): Promise<Definition>;
  /** Throws `Conflict` when the definition is not the one of the etag any more. */
  update(definition: Definition, asking: Asking): Promise<void>;
}

const nothing: JsonNode = { kind: 'null', start: 0, end: 0 };
const yamlType = 'application/x-yaml';

/** {@link PulumiApi} over HTTP. */
export function createPulumiApi(
  { apiUrl, organization, project, environment }: PulumiSpec,
  options: Pick<RestOptions, 'http' | 'calls' | 'token'>,
): PulumiApi {
  const rest = createRestApi({
    ...options,
    base: apiUrl,
    authorize: (request, token) => ({
      ...request,
      headers: { authorization: `token ${token}`, ...request.headers },
    }),
    explain,
  });
  const path = `/environments/${[organization, project, environment].map(encodeURIComponent).join('/')}`;
  /** Whom an environment is hidden from is told that it does not exist; that says nothing of a value. */
  const noEnvironment = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'NotFound') throw error;
      const what = `there is no environment ${organization}/${project}/${environment} that the token may see`;
      throw new ProviderError('Misconfigured', { what });
    }
  };
  return {
    async values(asking) {
      const open = { method: 'POST', path: `${path}/open`, call: 'OpenEnvironment', ...asking } as const;
      const id = stringOf(member(await noEnvironment(rest.json(open)), 'id'));
      if (id === undefined) throw new ProviderError('Malformed', { what: asking.what });
      const read = { path: `${path}/open/${encodeURIComponent(id)}`, call: 'ReadOpenEnvironment', ...asking };
      const opened = await noEnvironment(rest.json(read));
      if (opened.kind !== 'object') throw new ProviderError('Malformed', { what: asking.what });
      const properties = member(opened, 'properties');
      // Go leaves an empty map out.
      const members = properties?.kind === 'object' ? properties.members : [];
      return objectNode(members.map(({ name, value }) => [name, plain(value)] as const));
    },
    async definition(asking) {
      const headers = { accept: yamlType };
      const answer = await noEnvironment(rest.answer({ path, headers, call: 'GetEnvironment', ...asking }));
      const type = answer.headers['content-type'] ?? '';
      if (/^text\/html/i.test(type)) throw new ProviderError('Malformed', { what: asking.what });
      return { yaml: Buffer.from(answer.bytes).toString(), etag: answer.headers.etag };
    },
    async update({ yaml, etag }, asking) {
      const headers = { 'content-type': yamlType, ...(etag === undefined ? {} : { etag }) };
      const request = {
        method: 'PATCH',
        path,
        body: yaml,
        headers,
        call: 'UpdateEnvironment',
        ...asking,
      } as const;
      await noEnvironment(rest.answer(request));
    },
  };
}

/** A value without what says where it comes from: `{"value": ..., "trace": ...}`, and so the values in it. */
function plain(node: JsonNode): JsonNode {
  const value = member(node, 'value') ?? nothing;
  if (value.kind === 'array') return arrayNode(value.items.map(plain));
  if (value.kind !== 'object') return value;
  return objectNode(value.members.map(({ name, value: inner }) => [name, plain(inner)] as const));
}

/** Errors of the API repeat their status: `{"code":404,"message":"Not Found: ..."}`. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const code = member(body, 'code');
  if (code?.kind !== 'number' || code.text !== String(status)) return undefined;
  if (status === 404) return { code: 'NotFound' };
  return { code: status === 412 ? 'Conflict' : usualCode(status) };
}
