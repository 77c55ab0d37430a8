import { readCa } from '../kit/ca.ts';
import { secretText } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, SecretsClient } from '../kit/provider.ts';
import { createGitlabApi, type GitlabApi, type Owner, type Variable } from './api.ts';
import { findVariables, isAnyScope } from './find.ts';
import type { GitlabSpec } from './schema.ts';

const defaultUrl = 'https://gitlab.com/';
const utf8 = new TextEncoder();

/** A client of one GitLab with one token. Throws what reading the credentials throws. */
export async function connectGitlab(spec: GitlabSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const { url = '', environment, auth } = spec;
  const { credentials, retry } = deps;
  const token = await secretText(credentials, auth.SecretRef.accessToken ?? {});
  const ca = await readCa(spec, credentials);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(retry === undefined ? {} : { retry }),
  });
  const api = createGitlabApi(url || defaultUrl, token, http, deps);
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const { value } = await variableNamed(api, spec, key.replaceAll('-', '_'), signal);
      if (value === undefined) throw new ProviderError('Denied', { what: `${key}, which is hidden` });
      return jsonSecret(utf8.encode(value), { dots: 'as-given', flatten: 'raw', what: key });
    },
    find: async (query, signal) => {
      const groups = () => groupsOf(api, spec, 'dataFrom.find', signal);
      return findVariables(api, { project: projectOf(spec), environment, groups }, query, signal);
    },
    async check(signal) {
      const what = 'the variables';
      const owners = [...projectOf(spec), ...(await groupsOf(api, spec, what, signal))];
      for (const owner of owners) await api.check(owner, { what, signal });
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** The project's variable, else that of the group that counts most; where the environment has none, that of all environments. */
async function variableNamed(
  api: GitlabApi,
  spec: GitlabSpec,
  key: string,
  signal: AbortSignal,
): Promise<Variable> {
  const scope = spec.environment || undefined;
  const look = async (owner: Owner) => {
    const found = await api.variable(owner, key, scope, signal);
    return found !== undefined || isAnyScope(scope) ? found : api.variable(owner, key, '*', signal);
  };
  for (const project of projectOf(spec)) {
    const found = await look(project);
    if (found !== undefined) return found;
  }
  for (const group of (await groupsOf(api, spec, key, signal)).toReversed()) {
    const found = await look(group);
    if (found !== undefined) return found;
  }
  throw new ProviderError('NotFound', { what: key });
}

function projectOf({ projectID }: GitlabSpec): readonly Owner[] {
  return projectID ? [`projects/${encodeURIComponent(projectID)}`] : [];
}

/** The groups whose variables count, the one that counts least first. */
async function groupsOf(
  api: GitlabApi,
  spec: GitlabSpec,
  what: string,
  signal: AbortSignal,
): Promise<readonly Owner[]> {
  const { groupIDs = [], inheritFromGroups = false } = spec;
  const [project] = projectOf(spec);
  if (inheritFromGroups && project !== undefined) return api.groups(project, { what, signal });
  return groupIDs.map((id): Owner => `groups/${encodeURIComponent(id)}`);
}
