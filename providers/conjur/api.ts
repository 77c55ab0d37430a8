import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';

/** A variable as it is listed. */
export interface Listed {
  readonly id: string;
  readonly annotations: ReadonlyMap<string, string>;
}

/** The variables of an account. */
export interface ConjurApi {
  /** Throws `NotShown` for one that is not there, is not shown, or has no value: Conjur says the same of all. */
  value(id: string, version: string | undefined, signal: AbortSignal): Promise<Uint8Array>;
  /** Values by id. Throws `NotShown` when one of them is not shown or has no value. */
  values(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  /** All that are shown. */
  list(signal: AbortSignal): Promise<readonly Listed[]>;
}

const pageSize = 100;
const everything = 'dataFrom.find';

/** {@link ConjurApi} over HTTP (docs.cyberark.com/conjur-open-source/latest/en/content/developer/lp_rest_api.htm). */
export function createConjurApi(
  account: string,
  options: Omit<RestOptions, 'explain' | 'authorize'>,
): ConjurApi {
  const rest = createRestApi({
    ...options,
    explain,
    authorize: (request, token) => ({
      ...request,
      headers: { ...request.headers, authorization: `Token token="${token}"` },
    }),
  });
  const owned = `${encodeURIComponent(account)}/variable`;
  return {
    async value(id, version, signal) {
      const answer = await rest.answer({
        path: `/secrets/${owned}/${encodeURIComponent(id)}`,
        query: { version },
        headers: { accept: '*/*' },
        call: 'RetrieveSecret',
        what: id,
        signal,
      });
      // A value may be any bytes, but this is what login walls answer.
      if (/^text\/html/i.test(answer.headers['content-type'] ?? ''))
        throw new ProviderError('Malformed', { what: id, status: answer.status });
      return answer.bytes;
    },
    async values(ids, signal) {
      const query = { variable_ids: ids.map((id) => `${account}:variable:${id}`).join(',') };
      // Without this header values that are no text fail the whole batch.
      const headers = { 'accept-encoding': 'base64' };
      const request = {
        path: '/secrets',
        query,
        headers,
        call: 'RetrieveBatchSecrets',
        what: everything,
        signal,
      };
      const body = await rest.json(request);
      return new Map(
        ids.map((id) => {
          const value = stringOf(member(body, `${account}:variable:${id}`));
          if (value === undefined) throw new ProviderError('Malformed', { what: everything });
          return [id, Buffer.from(value, 'base64')];
        }),
      );
    },
    async list(signal) {
      const all: Listed[] = [];
      for (let offset = 0; ; offset += pageSize) {
        const query = { kind: 'variable', limit: String(pageSize), offset: String(offset) };
        const path = `/resources/${encodeURIComponent(account)}`;
        const page = await rest.json({ path, query, call: 'Resources', what: everything, signal });
        if (page.kind !== 'array') throw new ProviderError('Malformed', { what: everything });
        all.push(...page.items.map(listed));
        if (page.items.length < pageSize) return all;
      }
    },
  };
}

function listed(node: JsonNode): Listed {
  const id = stringOf(member(node, 'id'))?.split(':').slice(2).join(':');
  if (!id) throw new ProviderError('Malformed', { what: everything });
  const annotations = itemsOf(member(node, 'annotations')).map(
    (entry) => [stringOf(member(entry, 'name')) ?? '', stringOf(member(entry, 'value')) ?? ''] as const,
  );
  return { id, annotations: new Map(annotations) };
}

/** app/controllers/application_controller.rb of Conjur: `{"error": {"code": ..., "message": ...}}`. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const backendCode = stringOf(member(member(body, 'error'), 'code'));
  if (backendCode === undefined) return undefined;
  return { code: status === 404 ? 'NotShown' : usualCode(status), backendCode };
}
