import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.onepassword` (spec providers 6). */
export const onepasswordSpec = K.object('Items of 1Password, through a 1Password Connect server.', {
  auth: K.object('Who the store is to the Connect server.', {
    secretRef: K.object('Secret that holds the credentials.', {
      connectTokenSecretRef: K.secretKeySelector('Secret key that holds the Connect token.'),
    }),
  }),
  connectHost: K.string('URL of the Connect server.'),
  vaults: K.map(
    'Names or ids of the vaults that are searched, each with its place in the order of the search.',
    K.int('Place in the order; the smallest is searched first.'),
  ),
});

/** `spec.provider.onepassword` as the hook receives it. */
export type OnepasswordSpec = Static<typeof onepasswordSpec>;
