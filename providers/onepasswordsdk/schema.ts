import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.onepasswordSDK` (spec providers 7). */
export const onepasswordSdkSpec = K.object(
  'Items of one 1Password vault, or the variables of an Environment.',
  {
    vault: K.optional(K.string('Title or id of the vault. Exactly one of vault and environment is given.')),
    environment: K.optional(K.string('Id of the Environment; it can only be read.')),
    auth: K.object('Who the store is to 1Password.', {
      serviceAccountSecretRef: K.secretKeySelector('Secret key that holds the token of a service account.'),
    }),
    integrationInfo: K.optional(
      K.object("What the integration is called in 1Password's activity log.", {
        name: K.defaulted(K.string('Name of the integration.'), '1Password SDK'),
        version: K.defaulted(K.string('Version of the integration.'), 'v1.0.0'),
      }),
    ),
    cache: K.optional(
      K.object(
        'Keeps what was read, to spare the rate limit. Without it nothing is kept for longer than moments.',
        {
          ttl: K.defaulted(K.duration('How long a value is kept.'), '5m'),
          maxSize: K.defaulted(K.int('How many values are kept.', { minimum: 1 }), 100),
        },
      ),
    ),
  },
);

/** `spec.provider.onepasswordSDK` as the hook receives it. */
export type OnepasswordSdkSpec = Static<typeof onepasswordSdkSpec>;
