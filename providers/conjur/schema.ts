import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

const account = K.string('Account of the organization.');

/** `spec.provider.conjur` (spec providers 11). */
export const conjurSpec = K.object('Variables of CyberArk Conjur.', {
  url: K.string('Address of Conjur.'),
  caBundle: K.optional(K.string('CA certificates in PEM, or that in base64.')),
  caProvider: K.optional(K.caProvider()),
  auth: K.object(
    'Who the store is to Conjur: exactly one of these.',
    {
      apikey: K.optional(
        K.object('A user or host, and its API key.', {
          account,
          userRef: K.secretKeySelector('The login: the name of a user, or host/ and the id of a host.'),
          apiKeyRef: K.secretKeySelector('The API key.'),
        }),
      ),
      jwt: K.optional(
        K.object('A JWT.', {
          account,
          serviceID: K.string('Id of the JWT authenticator.'),
          hostId: K.optional(K.string('Id of the host, unless a claim of the token names it.')),
          secretRef: K.optional(K.secretKeySelector('The JWT; its key is token unless given.')),
          serviceAccountRef: K.optional(K.serviceAccountSelector('A ServiceAccount whose token it is.')),
        }),
      ),
      cert: K.optional(
        K.object('A client certificate.', {
          account,
          serviceID: K.string('Id of the certificate authenticator.'),
          hostId: K.optional(K.string('Id of the host, unless the certificate names it.')),
          clientCertRef: K.secretKeySelector('The certificate, in PEM.'),
          clientKeyRef: K.secretKeySelector('Its private key, in PEM.'),
        }),
      ),
    },
    { minProperties: 1, maxProperties: 1 },
  ),
});

/** `spec.provider.conjur` as the hook receives it. */
export type ConjurSpec = Static<typeof conjurSpec>;
