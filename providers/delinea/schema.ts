import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';
import { valueOrRef } from '../kit/value-or-ref.ts';

/** `spec.provider.delinea` (spec providers 11). */
export const delineaSpec = K.object('Delinea DevOps Secrets Vault.', {
  clientId: valueOrRef('Id of the client credential: the part that is no secret.'),
  clientSecret: valueOrRef('Secret of the client credential.'),
  tenant: K.string('Name of the tenant: the first part of its host name.'),
  urlTemplate: K.optional(
    K.string(
      'Addresses of the API, in which Go prints tenant, TLD, resource and path; https://%s.secretsvaultcloud.%s/v1/%s%s unless given.',
    ),
  ),
  tld: K.optional(K.string('Top-level domain of the tenant; com unless given.')),
});

/** `spec.provider.delinea` as the hook receives it. */
export type DelineaSpec = Static<typeof delineaSpec>;
