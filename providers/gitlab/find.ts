import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import type { GitlabApi, Owner, Variable } from './api.ts';

/** Where a store looks for variables. */
export interface Places {
  readonly project: readonly Owner[];
  readonly environment: string | undefined;
  groups(): Promise<readonly Owner[]>;
}

const tag = 'environment_scope';
const utf8 = new TextEncoder();

/** Whether an environment scope is that of all environments. */
export const isAnyScope = (scope: string | undefined) => !scope || scope === '*';

/**
 * Variables whose keys match. Which one of a key counts is ESO's: one of the environment wins over one of all
 * environments, the project over groups, and of groups the first that has one of all environments, unlike in a read.
 * Hidden ones are left out.
 */
export async function findVariables(
  api: GitlabApi,
  places: Places,
  { name, path, tags }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (path !== undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find.path' });
  if (name === undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find without a name' });
  const environment = environmentOf(places.environment, tags);
  const matches = nameMatcher(name);
  const listed = async (owner: Owner) => {
    const variables = await api.variables(owner, { what: 'dataFrom.find', signal });
    return variables.filter(
      ({ key, scope }) =>
        key !== '' && (isAnyScope(scope) || isAnyScope(environment) || scope === environment) && matches(key),
    );
  };

  const chosen = new Map<string, Variable>();
  for (const group of await places.groups()) {
    for (const variable of await listed(group))
      if (!chosen.has(variable.key) || !isAnyScope(variable.scope)) chosen.set(variable.key, variable);
  }
  const own = new Set<string>();
  for (const project of places.project) {
    for (const variable of await listed(project)) {
      if (isAnyScope(variable.scope) && own.has(variable.key)) continue;
      if (!isAnyScope(variable.scope)) own.add(variable.key);
      chosen.set(variable.key, variable);
    }
  }
  const shown = [...chosen.values()].filter(({ value }) => value !== undefined);
  return new Map(shown.map(({ key, value }) => [key, utf8.encode(value)]));
}

/** The environment of a find: the one tag that GitLab has, unless the store has named one already. */
function environmentOf(own: string | undefined, tags: FindQuery['tags']): string | undefined {
  if (tags === undefined) return own;
  const [other] = Object.keys(tags).filter((name) => name !== tag);
  if (other !== undefined) throw new ProviderError('Unsupported', { what: `dataFrom.find.tags ${other}` });
  const given = tags[tag];
  if (!isAnyScope(own) && !isAnyScope(given))
    throw new ProviderError('Rejected', { what: `dataFrom.find.tags ${tag} beside the store's environment` });
  return given;
}
