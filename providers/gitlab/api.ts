import type { CallDeps } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { bodyOf, createRestApi, type Explained, fixedToken, usualCode } from '../kit/rest.ts';

/** A project or a group, as the API's paths name it. */
export type Owner = `projects/${string}` | `groups/${string}`;

/** A CI/CD variable (docs.gitlab.com/api/project_level_variables). */
export interface Variable {
  readonly key: string;
  /** Undefined for a hidden one, which nobody is shown. */
  readonly value: string | undefined;
  readonly scope: string;
}

/** What is asked for on whose behalf. */
interface Asking {
  readonly what: string;
  readonly signal: AbortSignal;
}

export interface GitlabApi {
  /** Undefined when GitLab says that there is no such variable. */
  variable(
    owner: Owner,
    key: string,
    scope: string | undefined,
    signal: AbortSignal,
  ): Promise<Variable | undefined>;
  variables(owner: Owner, asking: Asking): Promise<readonly Variable[]>;
  /** Groups above a project, the one with the shortest path first. */
  groups(project: Owner, asking: Asking): Promise<readonly Owner[]>;
  /** Whether variables may be listed. */
  check(owner: Owner, asking: Asking): Promise<void>;
}

const pageSize = 100;

/** {@link GitlabApi} over HTTP. */
export function createGitlabApi(url: string, token: string, http: HttpClient, calls: CallDeps): GitlabApi {
  const rest = createRestApi({
    base: `${url.replace(/\/+$/, '')}/api/v4`,
    http,
    calls,
    token: fixedToken(token),
    authorize: (request, value) => ({ ...request, headers: { 'private-token': value } }),
    explain,
  });
  /** docs.gitlab.com/api/rest/#offset-based-pagination */
  const pages = async (path: string, call: string, asking: Asking): Promise<readonly JsonNode[]> => {
    const all: JsonNode[] = [];
    for (let page = '1'; page !== ''; ) {
      const query = { per_page: String(pageSize), page };
      const answer = await rest.answer({ path, query, call, ...asking });
      const body = bodyOf(answer);
      if (body?.kind !== 'array')
        throw new ProviderError('Malformed', { what: asking.what, status: answer.status });
      all.push(...body.items);
      page = nextPage(answer, page, body.items.length);
    }
    return all;
  };
  return {
    async variable(owner, key, scope, signal) {
      const found = await rest.find({
        path: `/${owner}/variables/${encodeURIComponent(key)}`,
        query: { 'filter[environment_scope]': scope },
        call: owner.startsWith('groups') ? 'GroupGetVariable' : 'ProjectVariableGet',
        what: key,
        signal,
      });
      return found && variableOf(found, key);
    },
    async variables(owner, asking) {
      const call = owner.startsWith('groups') ? 'GroupListVariables' : 'ProjectListVariables';
      const found = await pages(`/${owner}/variables`, call, asking);
      return found.map((node) => variableOf(node, asking.what));
    },
    async groups(project, asking) {
      const groups = await pages(`/${project}/groups`, 'ListProjectsGroups', asking);
      const pathOf = (node: JsonNode) => stringOf(member(node, 'full_path')) ?? '';
      return groups
        .toSorted((a, b) => pathOf(a).length - pathOf(b).length)
        .map((node): Owner => `groups/${numberOf(member(node, 'id'), asking.what)}`);
    },
    async check(owner, asking) {
      const call = owner.startsWith('groups') ? 'GroupListVariables' : 'ProjectListVariables';
      itemsOf(await rest.json({ path: `/${owner}/variables`, query: { per_page: '1' }, call, ...asking }));
    },
  };
}

/** GitLab leaves the header out for what it has not counted. */
function nextPage({ headers }: HttpAnswer, page: string, items: number): string {
  const next = headers['x-next-page'];
  if (typeof next === 'string') return /^\d+$/.test(next) ? next : '';
  return items < pageSize ? '' : String(Number(page) + 1);
}

/** docs.gitlab.com/api/rest/troubleshooting: errors have a `message`, those of OAuth an `error`. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const message = stringOf(member(body, 'message'));
  const backendCode = stringOf(member(body, 'error'));
  if (status === 404 && message === '404 Variable Not Found') return { code: 'NotFound' };
  // Several variables of that key, each for other environments.
  if (status === 409 && message !== undefined) return { code: 'Ambiguous' };
  if (message !== undefined) return { code: usualCode(status) };
  return backendCode === undefined ? undefined : { code: usualCode(status), backendCode };
}

function variableOf(node: JsonNode, what: string): Variable {
  const key = stringOf(member(node, 'key'));
  const value = member(node, 'value');
  if (key === undefined || (value?.kind !== 'string' && value?.kind !== 'null'))
    throw new ProviderError('Malformed', { what });
  return { key, value: stringOf(value), scope: stringOf(member(node, 'environment_scope')) ?? '*' };
}

function numberOf(node: JsonNode | undefined, what: string): string {
  if (node?.kind === 'number' && /^\d+$/.test(node.text)) return node.text;
  throw new ProviderError('Malformed', { what });
}
