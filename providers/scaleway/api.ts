import type { CallDeps } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, fixedToken, usualCode } from '../kit/rest.ts';
import type { ScalewaySpec } from './schema.ts';

/** A secret without its value (scaleway.com/en/developers/api/secret-manager/#path-secrets-list-secrets). */
export interface ScalewaySecret {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly tags: readonly string[];
}

/** Which secrets are listed; all of the project unless something is set. */
export interface Filter {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly tag?: string | undefined;
}

/** What is asked for on whose behalf. */
export interface Asking {
  /** The key of the manifest, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The secrets of one project in one region. */
export interface ScalewayApi {
  list(filter: Filter, asking: Asking): Promise<ScalewaySecret[]>;
  /** The bytes of a revision; undefined when Scaleway says that the secret or the revision does not exist. */
  access(id: string, revision: string, asking: Asking): Promise<Uint8Array | undefined>;
  accessByPath(
    place: { name: string; path: string },
    revision: string,
    asking: Asking,
  ): Promise<Uint8Array | undefined>;
  /** Resolves to the new secret's id. */
  create(place: { name: string; path: string }, asking: Asking): Promise<string>;
  /** Adds a revision, and disables the one before it. */
  addVersion(id: string, data: Uint8Array, asking: Asking): Promise<void>;
  remove(id: string, asking: Asking): Promise<void>;
}

const defaultUrl = 'https://api.scaleway.com';
const pageSize = 100;
const idForm = /^[0-9a-f-]{1,40}$/i;

/** {@link ScalewayApi} over HTTP (scaleway.com/en/developers/api/secret-manager). */
export function createScalewayApi(
  { apiUrl, region, projectId }: ScalewaySpec,
  secretKey: string,
  http: HttpClient,
  calls: CallDeps,
): ScalewayApi {
  const rest = createRestApi({
    base: `${(apiUrl || defaultUrl).replace(/\/+$/, '')}/secret-manager/v1beta1/regions/${region}`,
    http,
    calls,
    token: fixedToken(secretKey),
    authorize: (request, token) => ({ ...request, headers: { 'x-auth-token': token } }),
    explain,
  });
  const secretPath = (id: string, what: string, rest = '') => {
    if (!idForm.test(id)) throw new ProviderError('Rejected', { what });
    return `/secrets/${id}${rest}`;
  };
  const page = async (number: number, { name, path, tag }: Filter, asking: Asking) => {
    const query = {
      project_id: projectId,
      page: String(number),
      page_size: String(pageSize),
      name,
      path,
      tags: tag,
    };
    const node = await rest.json({ path: '/secrets', query, call: 'ListSecrets', ...asking });
    const total = member(node, 'total_count');
    if (member(node, 'secrets')?.kind !== 'array' || total?.kind !== 'number')
      throw new ProviderError('Malformed', { what: asking.what });
    const secrets = itemsOf(member(node, 'secrets')).map((secret) => secretOf(secret, asking.what));
    return { secrets, total: Number(total.text) };
  };
  return {
    async list(filter, asking) {
      const all: ScalewaySecret[] = [];
      for (let number = 1; ; number++) {
        const { secrets, total } = await page(number, filter, asking);
        all.push(...secrets);
        if (all.length >= total) return all;
        // Half a listing must not be taken for a whole one.
        if (secrets.length === 0) throw new ProviderError('Malformed', { what: asking.what });
      }
    },
    async access(id, revision, asking) {
      const path = secretPath(id, asking.what, `/versions/${encodeURIComponent(revision)}/access`);
      return dataOf(await rest.find({ path, call: 'AccessSecretVersion', ...asking }), asking.what);
    },
    async accessByPath({ name, path: folder }, revision, asking) {
      const path = `/secrets-by-path/versions/${encodeURIComponent(revision)}/access`;
      const query = { secret_path: folder, secret_name: name, project_id: projectId };
      const call = 'AccessSecretVersionByPath';
      return dataOf(await rest.find({ path, query, call, ...asking }), asking.what);
    },
    async create({ name, path }, asking) {
      const body = { project_id: projectId, name, path };
      const request = { method: 'POST', path: '/secrets', body, call: 'CreateSecret', ...asking } as const;
      return secretOf(await rest.json(request), asking.what).id;
    },
    async addVersion(id, data, asking) {
      const body = { data: Buffer.from(data).toString('base64'), disable_previous: true };
      const path = secretPath(id, asking.what, '/versions');
      await rest.json({ method: 'POST', path, body, call: 'CreateSecretVersion', ...asking });
    },
    async remove(id, asking) {
      await rest.answer({
        method: 'DELETE',
        path: secretPath(id, asking.what),
        call: 'DeleteSecret',
        ...asking,
      });
    },
  };
}

/** Scaleway's errors have a `type` (scaleway.com/en/developers/api/#errors). */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const type = stringOf(member(body, 'type'));
  if (type === undefined) return undefined;
  if (type === 'not_found' && status === 404) return { code: 'NotFound' };
  if (type === 'permissions_denied') return { code: 'Denied', backendCode: type };
  if (type === 'denied_authentication') return { code: 'LoginFailed', backendCode: type };
  if (type === 'too_many_requests') return { code: 'Throttled' };
  if (type === 'transient_state') return { code: 'Conflict', backendCode: type };
  return { code: usualCode(status), backendCode: type };
}

function secretOf(node: JsonNode, what: string): ScalewaySecret {
  const [id, name] = [stringOf(member(node, 'id')), stringOf(member(node, 'name'))];
  if (id === undefined || !idForm.test(id) || name === undefined)
    throw new ProviderError('Malformed', { what });
  const tags = itemsOf(member(node, 'tags')).flatMap((tag) => stringOf(tag) ?? []);
  return { id, name, path: stringOf(member(node, 'path')) ?? '/', tags };
}

function dataOf(node: JsonNode | undefined, what: string): Uint8Array | undefined {
  if (node === undefined) return undefined;
  const data = stringOf(member(node, 'data'));
  if (data === undefined) throw new ProviderError('Malformed', { what });
  return new Uint8Array(Buffer.from(data, 'base64'));
}
