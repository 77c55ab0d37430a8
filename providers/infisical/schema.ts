import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

const identityId = K.secretKeySelector('Id of the machine identity.');

/** `spec.provider.infisical` (spec providers 11). */
export const infisicalSpec = K.object('Secrets of one environment of an Infisical project.', {
  auth: K.object('Who the store is to Infisical: one machine identity.', {
    universalAuthCredentials: K.optional(
      K.object('A client id and its secret.', {
        clientId: K.secretKeySelector('The client id.'),
        clientSecret: K.secretKeySelector('The client secret.'),
      }),
    ),
    azureAuthCredentials: K.optional(
      K.object("The hook's own managed identity of Azure.", {
        identityId,
        resource: K.optional(K.secretKeySelector('What the token is for.')),
      }),
    ),
    gcpIdTokenAuthCredentials: K.optional(K.object("The hook's own Google identity.", { identityId })),
    gcpIamAuthCredentials: K.optional(
      K.object('A Google service account whose key is mounted into the hook.', {
        identityId,
        serviceAccountKeyFilePath: K.secretKeySelector('Path of the key file in the hook.'),
      }),
    ),
    jwtAuthCredentials: K.optional(K.object('A JWT.', { identityId, jwt: K.secretKeySelector('The JWT.') })),
    ldapAuthCredentials: K.optional(
      K.object('A user of LDAP.', {
        identityId,
        ldapPassword: K.secretKeySelector('The password.'),
        ldapUsername: K.secretKeySelector('The name of the user.'),
      }),
    ),
    ociAuthCredentials: K.optional(
      K.object('A user of Oracle Cloud.', {
        identityId,
        privateKey: K.secretKeySelector('The private key, in PEM.'),
        privateKeyPassphrase: K.optional(K.secretKeySelector('Its passphrase.')),
        fingerprint: K.secretKeySelector('Its fingerprint.'),
        userId: K.secretKeySelector('OCID of the user.'),
        tenancyId: K.secretKeySelector('OCID of the tenancy.'),
        region: K.secretKeySelector('The region.'),
      }),
    ),
    kubernetesAuthCredentials: K.optional(
      K.object("The hook's own ServiceAccount.", {
        identityId,
        serviceAccountTokenPath: K.optional(K.secretKeySelector('Path of another token in the hook.')),
      }),
    ),
    awsAuthCredentials: K.optional(K.object("The hook's own AWS identity.", { identityId })),
    tokenAuthCredentials: K.optional(
      K.object('A token that was made beforehand.', { accessToken: K.secretKeySelector('The token.') }),
    ),
  }),
  secretsScope: K.object('Where the secrets are.', {
    secretsPath: K.defaulted(K.string('Folder.'), '/'),
    recursive: K.defaulted(K.bool('Whether dataFrom.find also looks into the folders below.'), false),
    environmentSlug: K.string('Slug of the environment.'),
    projectSlug: K.string('Slug of the project.'),
    organizationSlug: K.optional(K.string('Slug of the sub-organization to log in to.')),
    expandSecretReferences: K.defaulted(K.bool('Whether references in values are resolved.'), true),
  }),
  hostAPI: K.defaulted(K.string('Address of the API.'), 'https://app.infisical.com/api'),
  caBundle: K.optional(K.bytes('CA certificates in PEM.')),
  caProvider: K.optional(K.caProvider()),
});

/** `spec.provider.infisical` as the hook receives it. */
export type InfisicalSpec = Static<typeof infisicalSpec>;
