import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.bitwardensecretsmanager` (spec providers 11). */
export const bitwardenSpec = K.object('Bitwarden Secrets Manager, through a bitwarden-sdk-server.', {
  apiURL: K.optional(K.string("Address of Bitwarden's API; https://api.bitwarden.com unless given.")),
  identityURL: K.optional(
    K.string('Address of its identity service; https://identity.bitwarden.com unless given.'),
  ),
  bitwardenServerSDKURL: K.optional(K.string('Address of the bitwarden-sdk-server.')),
  caBundle: K.optional(K.string('CA certificates of the bitwarden-sdk-server: PEM in base64.')),
  caProvider: K.optional(K.caProvider()),
  organizationID: K.string('Id of the organization.'),
  projectID: K.string('Id of the project in which names are looked up, and to which is pushed.'),
  auth: K.object('Who the store is to Bitwarden.', {
    secretRef: K.object('Secret that holds the credentials.', {
      credentials: K.secretKeySelector("Secret key that holds a machine account's access token."),
    }),
  }),
});

/** `spec.provider.bitwardensecretsmanager` as the hook receives it. */
export type BitwardenSpec = Static<typeof bitwardenSpec>;
