import type { SecretKeySelector } from '../credentials.ts';
import { secretReference } from '../references.ts';
import { type AuthMethod, trimmedSecret } from './method.ts';

interface Section {
  readonly path: string;
  readonly roleId?: string;
  readonly roleRef?: SecretKeySelector;
  readonly secretRef: SecretKeySelector;
}

/** `auth.appRole` (developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle). */
export const appRole: AuthMethod<Section> = {
  references: ({ roleId, roleRef, secretRef }) => [
    ...(roleId || roleRef === undefined ? [] : [secretReference(roleRef, 'roleRef')]),
    secretReference(secretRef, 'secretRef'),
  ],
  async authenticate({ path, roleId, roleRef, secretRef }, { credentials }) {
    return {
      kind: 'login',
      // Read for every login, so that a secret id that was replaced meanwhile is used.
      request: async () => ({
        path: `auth/${path}/login`,
        body: {
          role_id: roleId?.trim() || (await trimmedSecret(credentials, roleRef ?? {})),
          secret_id: await trimmedSecret(credentials, secretRef),
        },
      }),
    };
  },
};
