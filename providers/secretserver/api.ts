import type { CallDeps } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { Renewable } from '../kit/renewable.ts';
import { createRestApi, type Explained, type RestRequest, usualCode } from '../kit/rest.ts';
import type { Session } from './auth.ts';

/** A secret that a search found. */
export interface Summary {
  readonly id: string;
  readonly folderId: string;
}

/** What is asked for on whose behalf. */
export interface Asking {
  /** The key of the manifest, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Secrets as the server has them (docs.delinea.com/online-help/secret-server/api-scripting/rest-api-reference-download). */
export interface SecretServerApi {
  /** Undefined when the server says that there is none. */
  byId(id: string, asking: Asking): Promise<JsonNode | undefined>;
  byPath(path: string, asking: Asking): Promise<JsonNode | undefined>;
  /** Those of the name that the user may see. */
  search(name: string, asking: Asking): Promise<Summary[]>;
  file(id: string, slug: string, asking: Asking): Promise<Uint8Array>;
  template(id: number, asking: Asking): Promise<JsonNode>;
  create(secret: string, asking: Asking): Promise<void>;
  update(id: string, secret: string, asking: Asking): Promise<void>;
  remove(id: string, asking: Asking): Promise<void>;
}

const maxFileBytes = 1024 * 1024;
/** More secrets of one name than anybody has. */
const take = 100;

export function createSecretServerApi(
  session: Renewable<Session>,
  http: HttpClient,
  calls: CallDeps,
): SecretServerApi {
  const rest = createRestApi({ base: '', http, calls, token: session, explain });
  /** Where the server is the session knows. */
  const at = async (request: RestRequest): Promise<RestRequest> => ({
    ...request,
    path: `${(await session.get()).server}/api/v1${request.path}`,
  });
  return {
    byId: async (id, asking) => rest.find(await at({ path: `/secrets/${id}`, call: 'GetSecret', ...asking })),
    byPath: async (secretPath, asking) =>
      rest.find(await at({ path: '/secrets/0', query: { secretPath }, call: 'GetSecretByPath', ...asking })),
    async search(name, asking) {
      const query = {
        'paging.filter.searchText': name,
        'paging.filter.searchField': 'Name',
        'paging.filter.isExactMatch': 'true',
        'paging.filter.doNotCalculateTotal': 'true',
        'paging.take': String(take),
        'paging.skip': '0',
      };
      const found = await rest.json(await at({ path: '/secrets', query, call: 'SearchSecrets', ...asking }));
      const records = anyCase(found, 'records');
      if (records?.kind !== 'array') throw new ProviderError('Malformed', { what: asking.what });
      return itemsOf(records)
        .filter((record) => stringOf(anyCase(record, 'name'))?.toLowerCase() === name.toLowerCase())
        .map((record) => ({
          id: idOf(record, asking.what),
          folderId: numeral(anyCase(record, 'folderId')) ?? '',
        }));
    },
    async file(id, slug, asking) {
      const path = `/secrets/${id}/fields/${encodeURIComponent(slug)}`;
      const request = {
        path,
        call: 'GetSecretField',
        maxBytes: maxFileBytes,
        headers: { accept: '*/*' },
        ...asking,
      };
      return (await rest.answer(await at(request))).bytes;
    },
    template: async (id, asking) =>
      rest.json(await at({ path: `/secret-templates/${id}`, call: 'GetSecretTemplate', ...asking })),
    async create(body, asking) {
      await rest.json(await at({ method: 'POST', path: '/secrets', body, call: 'CreateSecret', ...asking }));
    },
    async update(id, body, asking) {
      await rest.json(
        await at({ method: 'PUT', path: `/secrets/${id}`, body, call: 'UpdateSecret', ...asking }),
      );
    },
    async remove(id, asking) {
      await rest.answer(
        await at({ method: 'DELETE', path: `/secrets/${id}`, call: 'DeleteSecret', ...asking }),
      );
    },
  };
}

/** The server's errors have a `message`, and mostly an `errorCode`; who may not see a secret is told 400, API_AccessDenied. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const message = stringOf(anyCase(body, 'message'));
  if (message === undefined) return undefined;
  const backendCode = stringOf(anyCase(body, 'errorCode'));
  const named = backendCode === undefined ? {} : { backendCode };
  if (backendCode === 'API_AccessDenied') return { code: 'Denied', backendCode };
  // ASP.NET says so of an address that is not the API's.
  const isElsewhere = message.startsWith('No HTTP resource was found');
  if (status === 404 && !isElsewhere) return { code: 'NotFound', ...named };
  return { code: isElsewhere ? 'Rejected' : usualCode(status), ...named };
}

/** A member by its name in whatever case: servers differ, and ESO's client does not mind. */
export function anyCase(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const exact = member(node, name);
  if (exact !== undefined || node?.kind !== 'object') return exact;
  return node.members.find((entry) => entry.name.toLowerCase() === name.toLowerCase())?.value;
}

/** The digits of a whole number. */
export function numeral(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'number' && /^-?\d+$/.test(node.text) ? node.text : undefined;
}

/** Throws `Malformed` for what has no id. */
export function idOf(secret: JsonNode, what: string): string {
  const id = numeral(anyCase(secret, 'id'));
  if (id === undefined) throw new ProviderError('Malformed', { what });
  return id;
}
