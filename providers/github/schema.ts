import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.github` (spec providers 11). */
export const githubSpec = K.object('Secrets of GitHub Actions: they can be written, never read.', {
  url: K.defaulted(K.string('Address of GitHub.'), 'https://github.com/'),
  uploadURL: K.optional(K.string('Has no effect on secrets.')),
  auth: K.object('Who the store is to GitHub: an installed GitHub App.', {
    privateKey: K.secretKeySelector('Private key of the app, in PEM.'),
  }),
  appID: K.int('Id of the app.', { format: 'int64' }),
  installationID: K.int('Id of its installation.', { format: 'int64' }),
  organization: K.string('The organization, or the owner of the repository.'),
  repository: K.optional(K.string('The repository whose secrets they are.')),
  environment: K.optional(K.string('The environment of the repository whose secrets they are.')),
  orgSecretVisibility: K.optional(
    K.enum('Who may use secrets of the organization; new ones all, old ones as before unless given.', [
      'all',
      'private',
    ]),
  ),
});

/** `spec.provider.github` as the hook receives it. */
export type GithubSpec = Static<typeof githubSpec>;
