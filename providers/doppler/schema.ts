import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.doppler` (spec providers 11). */
export const dopplerSpec = K.object('Secrets of one config of Doppler.', {
  auth: K.object('Who the store is to Doppler.', {
    secretRef: K.optional(
      K.object('Secret that holds the credentials.', {
        dopplerToken: K.secretKeySelector('A token; its key is dopplerToken unless given.'),
      }),
    ),
    oidcConfig: K.optional(
      K.object('A ServiceAccount, as a Service Account Identity of Doppler knows it.', {
        identity: K.string('Id of the Service Account Identity.'),
        serviceAccountRef: K.serviceAccountSelector('The ServiceAccount.'),
        expirationSeconds: K.defaulted(
          K.int("How long the ServiceAccount's token is good for.", { format: 'int64' }),
          600,
        ),
      }),
    ),
  }),
  project: K.optional(K.string('Name of the project, unless the token is of one config only.')),
  config: K.optional(K.string('Name of the config, unless the token is of one config only.')),
  nameTransformer: K.optional(
    K.enum('How dataFrom.find calls secrets.', [
      'upper-camel',
      'camel',
      'lower-snake',
      'tf-var',
      'dotnet-env',
      'lower-kebab',
    ]),
  ),
  format: K.optional(
    K.enum('Makes dataFrom.find give one key, DOPPLER_SECRETS_FILE, with all secrets in this format.', [
      'json',
      'dotnet-json',
      'env',
      'yaml',
      'docker',
    ]),
  ),
});

/** `spec.provider.doppler` as the hook receives it. */
export type DopplerSpec = Static<typeof dopplerSpec>;
