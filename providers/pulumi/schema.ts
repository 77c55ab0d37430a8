import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

const accessToken = (description: string) =>
  K.object(description, {
    secretRef: K.optional(K.secretKeySelector('Secret key that holds the access token.')),
  });

/** Also what a manifest means that no API server has filled in. */
export const defaultUrl = 'https://api.pulumi.com/api/esc';

/** `spec.provider.pulumi` (spec providers 11). */
export const pulumiSpec = K.object(
  'An environment of Pulumi ESC.',
  {
    apiUrl: K.defaulted(K.string('Address of the API.'), defaultUrl),
    auth: K.optional(
      K.object(
        'Who the store is to Pulumi.',
        {
          accessToken: K.optional(accessToken('An access token.')),
          oidcConfig: K.optional(
            K.object('Exchanges the token of a ServiceAccount.', {
              organization: K.string('Organization that trusts the cluster.'),
              serviceAccountRef: K.serviceAccountSelector('The ServiceAccount.'),
              expirationSeconds: K.defaulted(
                K.int('Lifetime of both tokens in seconds.', { format: 'int64', minimum: 600 }),
                600,
              ),
            }),
          ),
        },
        {
          rules: [
            {
              rule: 'has(self.accessToken) != has(self.oidcConfig)',
              message: 'exactly one of accessToken and oidcConfig must be set',
            },
          ],
        },
      ),
    ),
    organization: K.string('Organization of the environment.'),
    project: K.string('Project of the environment.'),
    environment: K.string('Name of the environment.'),
    accessToken: K.optional(accessToken('Deprecated: auth.accessToken is its new place.')),
  },
  {
    rules: [
      {
        rule: 'has(self.auth) != has(self.accessToken)',
        message: 'exactly one of auth and the deprecated accessToken must be set',
      },
    ],
  },
);

/** `spec.provider.pulumi` as the hook receives it. */
export type PulumiSpec = Static<typeof pulumiSpec>;
