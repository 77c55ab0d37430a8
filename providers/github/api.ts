import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';
import { headers } from './auth.ts';
import type { GithubSpec } from './schema.ts';

/** The key that values are sealed with. */
export interface PublicKey {
  readonly id: string;
  readonly key: string;
}

/** A secret, of which GitHub shows everything but the value. */
export interface Shown {
  /** Who may use it; of an organization's only. */
  readonly visibility: string | undefined;
}

/** Secrets of an organization, a repository or an environment (docs.github.com/rest/actions/secrets). */
export interface GithubApi {
  readonly isOrganization: boolean;
  /** Undefined when GitHub says that there is none, which it also says of all that the app may not see. */
  secret(name: string, signal: AbortSignal): Promise<Shown | undefined>;
  publicKey(what: string, signal: AbortSignal): Promise<PublicKey>;
  put(name: string, fields: object, signal: AbortSignal): Promise<void>;
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Ids of the repositories that may use a secret whose visibility is `selected`. */
  repositories(name: string, signal: AbortSignal): Promise<readonly number[]>;
  check(signal: AbortSignal): Promise<void>;
}

const pageSize = 100;

/** {@link GithubApi} over HTTP. */
export function createGithubApi(spec: GithubSpec, options: Omit<RestOptions, 'explain'>): GithubApi {
  const rest = createRestApi({ ...options, explain });
  const root = pathOf(spec);
  const at = (name: string) => `${root}/${encodeURIComponent(name)}`;
  return {
    isOrganization: !spec.repository,
    async secret(name, signal) {
      const found = await rest.find({ path: at(name), headers, call: 'GetSecret', what: name, signal });
      return found && { visibility: stringOf(member(found, 'visibility')) };
    },
    async publicKey(what, signal) {
      const request = { path: `${root}/public-key`, headers, call: 'GetPublicKey', what, signal };
      const body = await rest.json(request).catch(notShown);
      const [id, key] = [stringOf(member(body, 'key_id')), stringOf(member(body, 'key'))];
      if (!id || !key) throw new ProviderError('Malformed', { what });
      return { id, key };
    },
    async put(name, body, signal) {
      const request = { path: at(name), headers, body, call: 'CreateOrUpdateSecret', what: name, signal };
      await rest.answer({ method: 'PUT', ...request }).catch(notShown);
    },
    async remove(name, signal) {
      const request = { path: at(name), headers, call: 'DeleteSecret', what: name, signal };
      await rest.answer({ method: 'DELETE', ...request }).catch(notShown);
    },
    async repositories(name, signal) {
      const ids: number[] = [];
      for (let page = 1; ; page++) {
        const query = { per_page: String(pageSize), page: String(page) };
        const request = {
          path: `${at(name)}/repositories`,
          query,
          headers,
          call: 'ListSelectedRepos',
          what: name,
          signal,
        };
        const body = await rest.json(request).catch(notShown);
        const listed = itemsOf(member(body, 'repositories'));
        ids.push(...listed.map((node) => idOf(node, name)));
        if (listed.length < pageSize) return ids;
      }
    },
    async check(signal) {
      const request = {
        path: root,
        query: { per_page: '1' },
        headers,
        call: 'ListSecrets',
        what: 'the secrets',
        signal,
      };
      await rest.json(request).catch(notShown);
    },
  };
}

function pathOf({ organization, repository, environment }: GithubSpec): string {
  const owner = encodeURIComponent(organization);
  if (!repository) return `/orgs/${owner}/actions/secrets`;
  const repo = `/repos/${owner}/${encodeURIComponent(repository)}`;
  return environment
    ? `${repo}/environments/${encodeURIComponent(environment)}/secrets`
    : `${repo}/actions/secrets`;
}

function idOf(node: JsonNode, what: string): number {
  const id = member(node, 'id');
  if (id?.kind !== 'number') throw new ProviderError('Malformed', { what });
  return Number(id.text);
}

/** Where a thing has to be, its absence says that the app does not see it. */
function notShown(error: unknown): never {
  if (error instanceof ProviderError && error.code === 'NotFound')
    throw new ProviderError('NotShown', error.details);
  throw error;
}

/** Every error has a `message` (docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api); limits are also a 403. */
function explain({ status, headers: sent }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  if (stringOf(member(body, 'message')) === undefined) return undefined;
  if (status === 404) return { code: 'NotFound' };
  const isLimit = sent['x-ratelimit-remaining'] === '0' || sent['retry-after'] !== undefined;
  return { code: status === 403 && isLimit ? 'Throttled' : usualCode(status) };
}
