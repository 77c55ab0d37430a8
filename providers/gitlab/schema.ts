import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.gitlab` (spec providers 11). */
export const gitlabSpec = K.object('CI/CD variables of a GitLab project and of its groups.', {
  url: K.optional(K.string('Address of GitLab; https://gitlab.com/ unless given.')),
  auth: K.object('Who the store is to GitLab.', {
    SecretRef: K.object('Secret that holds the credentials.', {
      accessToken: K.optional(
        K.secretKeySelector('A personal, project or group access token with the scope read_api.'),
      ),
    }),
  }),
  projectID: K.optional(K.string('Id or path of the project.')),
  inheritFromGroups: K.optional(K.bool('Whether variables of all groups above the project are read, too.')),
  groupIDs: K.optional(
    K.list('Ids of groups whose variables are read, too. The last one counts most.', K.string()),
  ),
  environment: K.optional(
    K.string('Environment scope. Variables of all environments count where it has none.'),
  ),
  caBundle: K.optional(K.bytes('CA certificates in PEM.')),
  caProvider: K.optional(K.caProvider()),
});

/** `spec.provider.gitlab` as the hook receives it. */
export type GitlabSpec = Static<typeof gitlabSpec>;
