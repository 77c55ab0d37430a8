import { ProviderError } from '../kit/errors.ts';
import { generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';
import { gcpAuth } from './schema.ts';

/** A login at a Google registry, by an access token that is good for an hour: `username`, `password`, `expiry`. */
export const gcrAccessToken = generator({
  kind: 'GCRAccessToken',
  description: 'Makes a login at a Google container registry.',
  spec: K.object('Who logs in.', {
    auth: gcpAuth,
    projectID: K.string('Project of the identity.'),
  }),
  async generate({ auth, projectID }, deps) {
    const [{ identify }, { connectGoogle }] = await Promise.all([
      import('./auth/index.ts'),
      import('./google.ts'),
    ]);
    const google = connectGoogle(process.env);
    try {
      const store = { projectID, auth, secretVersionSelectionPolicy: 'LatestOrFail' } as const;
      const { login } = await identify(store, { credentials: deps.credentials, now: deps.now, google });
      const { value, endsAt } = await counted(login, deps.countCall);
      if (endsAt === undefined) throw new ProviderError('Malformed', { what: 'an access token' });
      const expiry = String(Math.floor(endsAt / 1000));
      // docs.cloud.google.com/artifact-registry/docs/docker/authentication#token
      return {
        values: textValues({ username: 'oauth2accesstoken', password: value, expiry }),
        until: endsAt,
      };
    } finally {
      google.close();
    }
  },
});

async function counted<T>(
  login: () => Promise<T>,
  count: (call: string, outcome: 'success' | 'error') => void,
): Promise<T> {
  try {
    const token = await login();
    count('GetAccessToken', 'success');
    return token;
  } catch (error) {
    count('GetAccessToken', 'error');
    throw error;
  }
}
