import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A variable (docs.gitlab.com/api/project_level_variables); `value` is null where it is hidden. */
export interface FakeVariable {
  key: string;
  value: string | null;
  environment_scope: string;
}

/** GitLab with one token; projects and groups by `projects/ID` and `groups/ID`. */
export interface FakeGitlab extends FakeServer {
  readonly variables: Map<string, FakeVariable[]>;
  /** docs.gitlab.com/api/projects/#list-groups-in-a-project */
  readonly groups: Map<string, { id: number; full_path: string }[]>;
}

/** GitLab's own example (docs.gitlab.com/api/project_level_variables/#get-a-single-variable). */
export const documentedVariable = {
  key: 'TEST_VARIABLE_1',
  variable_type: 'env_var',
  value: 'TEST_1',
  protected: false,
  masked: true,
  hidden: false,
  raw: false,
  environment_scope: '*',
  description: null,
};

export async function startFakeGitlab(token: string): Promise<FakeGitlab> {
  const variables: FakeGitlab['variables'] = new Map();
  const groups: FakeGitlab['groups'] = new Map();

  const answer = ({ headers, path, query }: FakeRequest): FakeAnswer => {
    if (headers['private-token'] !== token) return says(401, '401 Unauthorized');
    const [api, version, kind = '', id = '', area, key] = path;
    if (api !== 'api' || version !== 'v4') return says(404, '404 Not Found');
    const owned = variables.get(`${kind}/${decodeURIComponent(id)}`);
    if (owned === undefined)
      return says(404, kind === 'groups' ? '404 Group Not Found' : '404 Project Not Found');
    if (area === 'groups') return page(groups.get(decodeURIComponent(id)) ?? [], query);
    if (area !== 'variables') return says(404, '404 Not Found');
    if (key === undefined) return page(owned, query);
    // docs.gitlab.com/api/project_level_variables/#filter-variables: several of one key need the filter.
    const scope = query.get('filter[environment_scope]');
    const found = owned.filter(
      (one) => one.key === decodeURIComponent(key) && (scope === null || one.environment_scope === scope),
    );
    if (found.length > 1)
      return says(
        409,
        "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
      );
    return found[0] === undefined ? says(404, '404 Variable Not Found') : { body: found[0] };
  };
  return { ...(await serveFake(answer)), variables, groups };
}

/** docs.gitlab.com/api/rest/#pagination-response-headers */
function page(all: readonly object[], query: URLSearchParams): FakeAnswer {
  const size = Number(query.get('per_page') ?? 20);
  const at = Number(query.get('page') ?? 1);
  const isLast = at * size >= all.length;
  return {
    headers: {
      'x-page': String(at),
      'x-per-page': String(size),
      'x-next-page': isLast ? '' : String(at + 1),
    },
    body: all.slice((at - 1) * size, at * size),
  };
}

/** docs.gitlab.com/api/rest/troubleshooting/#status-codes */
const says = (status: number, message: string): FakeAnswer => ({ status, body: { message } });
