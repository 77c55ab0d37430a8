import type { SecretKeySelector } from '../kit/credentials.ts';
import type { Problem, Reference, StoreScope } from '../kit/provider.ts';
import {
  caReference,
  foreignReferences,
  secretReference,
  serviceAccountReference,
} from '../kit/references.ts';
import type { KubernetesSpec } from './schema.ts';

const ownCluster = 'kubernetes.default';

/** The address of the store's API server; undefined when it cannot be one. A host without a scheme is https. */
export function serverUrl({ server }: KubernetesSpec): URL | undefined {
  const given = server?.url || ownCluster;
  const url = URL.parse(given.includes('://') ? given : `https://${given}`);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/** Every object that the section names and that is read; with `authRef` nothing else is. */
export function references(spec: KubernetesSpec): Reference[] {
  if (spec.authRef !== undefined) return [secretReference(spec.authRef, 'authRef')];
  const { serviceAccount } = spec.auth ?? {};
  const { caBundle, caProvider } = spec.server ?? {};
  return [
    ...(serviceAccount === undefined ? [] : [serviceAccountReference(serviceAccount, 'auth.serviceAccount')]),
    ...selectors(spec).map(([path, selector]) => secretReference(selector, path)),
    ...(caBundle || caProvider === undefined ? [] : [caReference(caProvider, 'server.caProvider')]),
  ];
}

/** ESO's admission rules (spec providers 8.1), and an address that cannot be one. */
export function validate(spec: KubernetesSpec, scope: StoreScope): Problem[] {
  const { auth, authRef, server } = spec;
  const methods = Object.keys(auth ?? {}).length;
  const isCluster = scope.kind === 'ClusterSecretStore';
  const caProvider = server?.caBundle ? undefined : server?.caProvider;
  const rules: [broken: boolean, path: string, message: string][] = [
    [authRef !== undefined && auth !== undefined, 'auth', 'and authRef exclude each other'],
    [authRef === undefined && methods === 0, 'auth', 'names no auth method'],
    [methods > 1, 'auth', 'names more than one auth method'],
    [
      authRef === undefined && serverUrl(spec) === undefined,
      'server.url',
      'must be a host, or an http or https URL',
    ],
    [
      isCluster && authRef === undefined && caProvider !== undefined && !caProvider.namespace,
      'server.caProvider.namespace',
      'is required in a ClusterSecretStore',
    ],
  ];
  for (const [path, { name, key, namespace }] of selectors(spec)) {
    rules.push([!name || !key, path, 'needs name and key']);
    // ESO does not look at the key of a certificate; a ClusterSecretStore would find it at its consumers.
    const isStrict = path !== 'auth.cert.clientKey';
    rules.push([
      isCluster && isStrict && !namespace,
      `${path}.namespace`,
      'is required in a ClusterSecretStore',
    ]);
  }
  return [
    ...rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message })),
    ...foreignReferences(references(spec), scope),
  ];
}

/** The Secret references of `auth`, an absent one as an empty one. */
function selectors({ auth }: KubernetesSpec): [path: string, selector: SecretKeySelector][] {
  return [
    ...(auth?.token === undefined
      ? []
      : [['auth.token.bearerToken', auth.token.bearerToken ?? {}] as [string, SecretKeySelector]]),
    ...(auth?.cert === undefined
      ? []
      : ([
          ['auth.cert.clientCert', auth.cert.clientCert ?? {}],
          ['auth.cert.clientKey', auth.cert.clientKey ?? {}],
        ] as [string, SecretKeySelector][])),
  ];
}
