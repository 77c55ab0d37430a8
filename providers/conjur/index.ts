import type { Problem, Provider, Reference, StoreScope } from '../kit/provider.ts';
import {
  caReference,
  foreignReferences,
  secretReference,
  serviceAccountReference,
} from '../kit/references.ts';
import { brokenRules, isHttpUrl, type Rule } from '../kit/rules.ts';
import { type ConjurSpec, conjurSpec } from './schema.ts';

/** CyberArk Conjur; read-only, as in ESO. */
export const conjur: Provider<typeof conjurSpec> = {
  name: 'conjur',
  label: () => 'Conjur',
  spec: conjurSpec,
  capabilities: 'ReadOnly',
  maintenance: 'Maintained',
  findsByKey: true,
  validate,
  references,
  async connect(spec, _scope, deps) {
    const { connectConjur } = await import('./client.ts');
    return connectConjur(spec, deps);
  },
};

function references({ auth, caBundle, caProvider }: ConjurSpec): Reference[] {
  const ca = caProvider === undefined || caBundle ? [] : [caReference(caProvider)];
  return [...authReferences(auth), ...ca];
}

function authReferences({ apikey, jwt, cert }: ConjurSpec['auth']): Reference[] {
  if (apikey !== undefined)
    return [
      secretReference(apikey.userRef, 'auth.apikey.userRef'),
      secretReference(apikey.apiKeyRef, 'auth.apikey.apiKeyRef'),
    ];
  if (jwt?.serviceAccountRef !== undefined)
    return [serviceAccountReference(jwt.serviceAccountRef, 'auth.jwt.serviceAccountRef')];
  if (jwt?.secretRef !== undefined) return [secretReference(jwt.secretRef, 'auth.jwt.secretRef')];
  if (cert === undefined) return [];
  return [
    secretReference(cert.clientCertRef, 'auth.cert.clientCertRef'),
    secretReference(cert.clientKeyRef, 'auth.cert.clientKeyRef'),
  ];
}

function validate(spec: ConjurSpec, scope: StoreScope): Problem[] {
  return [...brokenRules(rulesOf(spec)), ...foreignReferences(references(spec), scope)];
}

function rulesOf({ url, auth }: ConjurSpec): Rule[] {
  const { apikey, jwt, cert } = auth;
  const given = [apikey, jwt, cert].filter((method) => method !== undefined);
  const service = jwt ?? cert;
  return [
    [!isHttpUrl(url), 'url', 'must be an http or https URL'],
    [given.length !== 1, 'auth', 'needs exactly one of apikey, jwt and cert'],
    [given.some(({ account }) => !account), 'auth', 'needs the account'],
    [service !== undefined && !service.serviceID, 'auth', 'needs the serviceID'],
    [
      jwt !== undefined && jwt.secretRef === undefined && jwt.serviceAccountRef === undefined,
      'auth.jwt',
      'needs secretRef or serviceAccountRef',
    ],
    [cert !== undefined && !cert.clientCertRef.name, 'auth.cert.clientCertRef', 'needs a name'],
    [cert !== undefined && !cert.clientKeyRef.name, 'auth.cert.clientKeyRef', 'needs a name'],
  ];
}
