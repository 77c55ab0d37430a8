import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import type { RateLimit } from '../kit/rate-limit.ts';
import { caReference, foreignReferences, secretReference } from '../kit/references.ts';
import { brokenRules, isHttpUrl, selectorRules } from '../kit/rules.ts';
import { type GitlabSpec, gitlabSpec } from './schema.ts';

/** GitLab's CI/CD variables; read-only, as in ESO. */
export const gitlab: Provider<typeof gitlabSpec> = {
  name: 'gitlab',
  label: () => 'GitLab',
  spec: gitlabSpec,
  capabilities: 'ReadOnly',
  maintenance: 'Maintained',
  findsByKey: true,
  rateLimits,
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectGitlab } = await import('./client.ts');
    return connectGitlab(spec, deps);
  },
};

const tokenPath = 'auth.SecretRef.accessToken';

function references({ auth, caBundle, caProvider }: GitlabSpec): Reference[] {
  return [
    secretReference(auth.SecretRef.accessToken ?? {}, tokenPath),
    ...(caProvider === undefined || caBundle ? [] : [caReference(caProvider)]),
  ];
}

/** Of one user on gitlab.com; elsewhere its administrators choose: docs.gitlab.com/user/gitlab_com/#rate-limits-on-gitlabcom */
function rateLimits({ url = '' }: GitlabSpec): readonly RateLimit[] {
  const isGitlabCom = url === '' || URL.parse(url)?.hostname === 'gitlab.com';
  return isGitlabCom ? [{ calls: 2_000, seconds: 60 }] : [];
}

function validate(spec: GitlabSpec, scope: StoreScope): Problem[] {
  const { auth, projectID, groupIDs = [], inheritFromGroups = false, url } = spec;
  return [
    ...brokenRules([
      ...selectorRules(auth.SecretRef.accessToken, tokenPath, scope, { strict: true }),
      [!projectID && groupIDs.length === 0, 'projectID', 'is required unless there are groupIDs'],
      [inheritFromGroups && groupIDs.length > 0, 'groupIDs', 'must be empty with inheritFromGroups'],
      [inheritFromGroups && !projectID, 'projectID', 'is required with inheritFromGroups'],
      [Boolean(url) && !isHttpUrl(url ?? ''), 'url', 'must be an http or https URL'],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
