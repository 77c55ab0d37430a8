/** API group of generators. */
export const generatorGroup = 'generators.external-secrets.io';
export const generatorVersion = 'v1alpha1';

/** Every kind that a `generatorRef` may name (spec core 4.2), whether it is built here or not. */
export const knownGenerators = [
  'ACRAccessToken',
  'BeyondtrustWorkloadCredentialsDynamicSecret',
  'ClusterGenerator',
  'CloudsmithAccessToken',
  'ECRAuthorizationToken',
  'Fake',
  'GCRAccessToken',
  'GithubAccessToken',
  'GitlabDeployToken',
  'QuayAccessToken',
  'Password',
  'SSHKey',
  'STSSessionToken',
  'UUID',
  'VaultDynamicSecret',
  'Webhook',
  'Grafana',
  'MFA',
] as const;

export type GeneratorKind = (typeof knownGenerators)[number];

/** Kinds of generators that live in a namespace. */
export const namespacedGenerators = knownGenerators.filter((kind) => kind !== 'ClusterGenerator');

/** The resource of a kind: `ACRAccessToken` is `acraccesstokens`. */
export function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

/** The field of a ClusterGenerator that holds the spec of a kind: `ACRAccessToken` has `acrAccessTokenSpec`. */
export function clusterField(kind: string): string {
  return `${kind.replace(/^([A-Z]+(?=[A-Z][a-z]|$)|[A-Z])/, (start) => start.toLowerCase())}Spec`;
}
