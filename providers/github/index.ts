import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences, secretReference } from '../kit/references.ts';
import { brokenRules, isHttpUrl, selectorRules } from '../kit/rules.ts';
import { type GithubSpec, githubSpec } from './schema.ts';

/** Secrets of GitHub Actions; write-only, as GitHub shows no value. */
export const github: Provider<typeof githubSpec> = {
  name: 'github',
  label: () => 'GitHub',
  spec: githubSpec,
  capabilities: 'WriteOnly',
  maintenance: 'Maintained',
  // Of an installation: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
  rateLimits: () => [{ calls: 5_000, seconds: 3_600 }],
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectGithub } = await import('./client.ts');
    return connectGithub(spec, deps);
  },
};

const keyPath = 'auth.privateKey';

function references({ auth }: GithubSpec): Reference[] {
  return [secretReference(auth.privateKey, keyPath)];
}

function validate(spec: GithubSpec, scope: StoreScope): Problem[] {
  const { auth, url, organization, repository, environment } = spec;
  return [
    ...brokenRules([
      ...selectorRules(auth.privateKey, keyPath, scope),
      [Boolean(url) && !isHttpUrl(url), 'url', 'must be an http or https URL'],
      [!organization, 'organization', 'is required'],
      [Boolean(environment) && !repository, 'repository', 'is required with environment'],
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
