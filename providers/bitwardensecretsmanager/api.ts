import type { CallDeps } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpClient } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, fixedToken } from '../kit/rest.ts';
import { explain } from './errors.ts';
import type { BitwardenSpec } from './schema.ts';

/** A secret (github.com/external-secrets/bitwarden-sdk-server#getsecret). */
export interface BitwardenSecret {
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly note: string;
  readonly projectId: string | undefined;
}

/** What is asked for on whose behalf. */
export interface Asking {
  /** The key of the manifest, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The secrets of one organization, as far as the machine account may see them. */
export interface BitwardenApi {
  /** Ids and keys; none also where the account may see nothing: Bitwarden tells the two apart no more than this. */
  list(asking: Asking): Promise<Pick<BitwardenSecret, 'id' | 'key'>[]>;
  /** Undefined when there is none that the account may see. */
  get(id: string, asking: Asking): Promise<BitwardenSecret | undefined>;
  getAll(ids: readonly string[], asking: Asking): Promise<BitwardenSecret[]>;
  create(secret: Pick<BitwardenSecret, 'key' | 'value' | 'note'>, asking: Asking): Promise<void>;
  update(secret: Pick<BitwardenSecret, 'id' | 'key' | 'value' | 'note'>, asking: Asking): Promise<void>;
  remove(id: string, asking: Asking): Promise<void>;
}

const idsAtOnce = 200;

/**
 * {@link BitwardenApi} over the REST API of bitwarden-sdk-server (github.com/external-secrets/bitwarden-sdk-server#api-reference).
 * Its GETs have bodies, and each request carries the token: the server logs in for every one of them.
 */
export function createBitwardenApi(
  { apiURL = '', identityURL = '', bitwardenServerSDKURL = '', organizationID, projectID }: BitwardenSpec,
  token: string,
  http: HttpClient,
  calls: CallDeps,
): BitwardenApi {
  const rest = createRestApi({
    base: `${bitwardenServerSDKURL.replace(/\/+$/, '')}/rest/api/1`,
    http,
    calls,
    token: fixedToken(token),
    authorize: (request, value) => ({
      ...request,
      headers: {
        'warden-access-token': value,
        'warden-api-url': apiURL.replace(/\/$/, ''),
        'warden-identity-url': identityURL.replace(/\/$/, ''),
      },
    }),
    explain,
  });
  const place = { organizationId: organizationID, projectIds: [projectID] };
  return {
    async list(asking) {
      const body = { organizationId: organizationID };
      const found = await rest.find({ path: '/secrets', body, call: 'ListSecrets', ...asking });
      return found === undefined ? [] : dataOf(found, asking.what).map((node) => named(node, asking.what));
    },
    async get(id, asking) {
      const found = await rest.find({ path: '/secret', body: { id }, call: 'GetSecret', ...asking });
      return found && secretOf(found, asking.what);
    },
    async getAll(ids, asking) {
      const all: BitwardenSecret[] = [];
      for (let at = 0; at < ids.length; at += idsAtOnce) {
        const body = { ids: ids.slice(at, at + idsAtOnce) };
        const found = await rest.json({ path: '/secrets-by-ids', body, call: 'GetSecretsByIds', ...asking });
        all.push(...dataOf(found, asking.what).map((node) => secretOf(node, asking.what)));
      }
      return all;
    },
    async create(secret, asking) {
      const body = { ...secret, ...place };
      await rest.json({ method: 'POST', path: '/secret', body, call: 'CreateSecret', ...asking });
    },
    async update(secret, asking) {
      const body = { ...secret, ...place };
      await rest.json({ method: 'PUT', path: '/secret', body, call: 'UpdateSecret', ...asking });
    },
    async remove(id, asking) {
      const body = { ids: [id] };
      const found = await rest.json({
        method: 'DELETE',
        path: '/secret',
        body,
        call: 'DeleteSecret',
        ...asking,
      });
      const failed = dataOf(found, asking.what).some((node) => stringOf(member(node, 'error')) !== undefined);
      if (failed) throw new ProviderError('Rejected', { what: asking.what });
    },
  };
}

function dataOf(node: JsonNode, what: string): readonly JsonNode[] {
  const data = member(node, 'data');
  // Go writes an empty list so.
  if (data?.kind !== 'array' && data?.kind !== 'null') throw new ProviderError('Malformed', { what });
  return itemsOf(data);
}

function named(node: JsonNode, what: string): Pick<BitwardenSecret, 'id' | 'key'> {
  const [id, key] = [stringOf(member(node, 'id')), stringOf(member(node, 'key'))];
  if (id === undefined || key === undefined) throw new ProviderError('Malformed', { what });
  return { id, key };
}

function secretOf(node: JsonNode, what: string): BitwardenSecret {
  const value = stringOf(member(node, 'value'));
  if (value === undefined) throw new ProviderError('Malformed', { what });
  const note = stringOf(member(node, 'note')) ?? '';
  return { ...named(node, what), value, note, projectId: stringOf(member(node, 'projectId')) };
}

/** Whether a key of a manifest is an id. */
export function isId(key: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key);
}
