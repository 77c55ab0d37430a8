import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import { foreignReferences } from '../kit/references.ts';
import { brokenRules } from '../kit/rules.ts';
import { valueOrRefReferences, valueOrRefRules } from '../kit/value-or-ref.ts';
import { type DelineaSpec, delineaSpec } from './schema.ts';
import { isTemplate } from './urls.ts';

/** Delinea DevOps Secrets Vault; read-only, as in ESO. */
export const delinea: Provider<typeof delineaSpec> = {
  name: 'delinea',
  label: () => 'Delinea/DSV',
  spec: delineaSpec,
  capabilities: 'ReadOnly',
  maintenance: 'Maintained',
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectDelinea } = await import('./client.ts');
    return connectDelinea(spec, deps);
  },
};

function references({ clientId, clientSecret }: DelineaSpec): Reference[] {
  return [
    ...valueOrRefReferences(clientId, 'clientId'),
    ...valueOrRefReferences(clientSecret, 'clientSecret'),
  ];
}

/** ESO's admission rules; what goes into the host name has to look like a part of one. */
function validate(spec: DelineaSpec, scope: StoreScope): Problem[] {
  const { tenant, tld = '', urlTemplate = '', clientId, clientSecret } = spec;
  return [
    ...brokenRules([
      [!/^[A-Za-z0-9-]+$/.test(tenant), 'tenant', 'must be the name of a tenant'],
      [!/^[A-Za-z0-9.-]*$/.test(tld), 'tld', 'must be a domain'],
      [urlTemplate !== '' && !isTemplate(urlTemplate), 'urlTemplate', 'must be an http or https URL with %s'],
      ...valueOrRefRules(clientId, 'clientId', scope),
      ...valueOrRefRules(clientSecret, 'clientSecret', scope),
    ]),
    ...foreignReferences(references(spec), scope),
  ];
}
