import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences } from '../kit/references.ts';
import { brokenRules, isHttpUrl } from '../kit/rules.ts';
import { valueOrRefReferences, valueOrRefRules } from '../kit/value-or-ref.ts';
import { type ScalewaySpec, scalewaySpec } from './schema.ts';

/** Scaleway Secret Manager. */
export const scaleway: Provider<typeof scalewaySpec> = {
  name: 'scaleway',
  label: () => 'Scaleway/SecretManager',
  spec: scalewaySpec,
  capabilities: 'ReadWrite',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectScaleway } = await import('./client.ts');
    return connectScaleway(spec, deps);
  },
};

function references({ accessKey, secretKey }: ScalewaySpec): Reference[] {
  return [...valueOrRefReferences(accessKey, 'accessKey'), ...valueOrRefReferences(secretKey, 'secretKey')];
}

/** ESO's admission rules; a region and an id go into paths, so they have to look like what they are. */
function validate(spec: ScalewaySpec, scope: StoreScope): Problem[] {
  const { apiUrl, region, projectId, accessKey, secretKey } = spec;
  return [
    ...brokenRules([
      [Boolean(apiUrl) && !isHttpUrl(apiUrl ?? ''), 'apiUrl', 'must be an http or https URL'],
      [!/^[a-z]{2}-[a-z]{3}$/.test(region), 'region', 'must be a region, such as fr-par'],
      [!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(projectId), 'projectId', 'must be a UUID'],
      ...valueOrRefRules(accessKey, 'accessKey', scope),
      ...valueOrRefRules(secretKey, 'secretKey', scope),
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
