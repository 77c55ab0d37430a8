import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';
import { valueOrRef } from '../kit/value-or-ref.ts';

/** `spec.provider.scaleway` (spec providers 11). */
export const scalewaySpec = K.object('Scaleway Secret Manager.', {
  apiUrl: K.optional(K.string('Address of the API; https://api.scaleway.com unless given.')),
  region: K.string('Region of the secrets, such as fr-par.'),
  projectId: K.string('Id of the project.'),
  accessKey: valueOrRef('Access key: the part of the API key that is no secret.'),
  secretKey: valueOrRef('Secret key of the API key.'),
});

/** `spec.provider.scaleway` as the hook receives it. */
export type ScalewaySpec = Static<typeof scalewaySpec>;
