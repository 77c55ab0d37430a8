import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';
import { valueOrRef } from '../kit/value-or-ref.ts';

/** `spec.provider.secretserver` (spec providers 11). */
export const secretServerSpec = K.object(
  'Delinea Secret Server, also behind the Delinea Platform.',
  {
    username: K.optional(valueOrRef('Name of the user, or id of a service account of the Platform.')),
    password: K.optional(valueOrRef('Password of the user, or secret of the service account.')),
    token: K.optional(valueOrRef('An access token. It wins over username and password.')),
    domain: K.optional(K.string('Domain of the user.')),
    serverURL: K.string('Address of the server, such as https://example.com/SecretServer.'),
    caBundle: K.optional(K.bytes('CA certificates in PEM.')),
    caProvider: K.optional(K.caProvider()),
  },
  {
    rules: [
      {
        rule: 'has(self.token) || (has(self.username) && has(self.password))',
        message: 'either token, or both username and password, must be set',
      },
    ],
  },
);

/** `spec.provider.secretserver` as the hook receives it. */
export type SecretServerSpec = Static<typeof secretServerSpec>;
