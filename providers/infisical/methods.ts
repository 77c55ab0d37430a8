import type { InfisicalSpec } from './schema.ts';

/** The order in which ESO looks for a method; the first that is there counts. */
const methods = [
  'universalAuthCredentials',
  'azureAuthCredentials',
  'gcpIdTokenAuthCredentials',
  'gcpIamAuthCredentials',
  'jwtAuthCredentials',
  'ldapAuthCredentials',
  'ociAuthCredentials',
  'kubernetesAuthCredentials',
  'awsAuthCredentials',
  'tokenAuthCredentials',
] as const satisfies readonly (keyof InfisicalSpec['auth'])[];

/** The first method of a store. */
export function methodOf({ auth }: InfisicalSpec): (typeof methods)[number] | undefined {
  return methods.find((name) => auth[name] !== undefined);
}

const cloud = 'https://app.infisical.com/api';

/** Address of the API, which ends in `/api` whether the store says so or not. */
export function addressOf({ hostAPI = cloud }: Partial<Pick<InfisicalSpec, 'hostAPI'>>): string {
  const host = (hostAPI || cloud).replace(/\/+$/, '');
  return host.endsWith('/api') ? host : `${host}/api`;
}
