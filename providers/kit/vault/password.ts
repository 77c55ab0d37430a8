import type { SecretKeySelector } from '../credentials.ts';
import { ProviderError } from '../errors.ts';
import { secretReference } from '../references.ts';
import type { AuthMethod } from './method.ts';

interface Section {
  readonly path: string;
  readonly username: string;
  readonly secretRef?: SecretKeySelector;
}

/**
 * `auth.ldap` and `auth.userPass`, one shape (developer.hashicorp.com/vault/api-docs/auth/ldap#login-with-ldap-user,
 * .../auth/userpass#login). The password is sent to the byte: blanks may belong to it.
 */
export const password: AuthMethod<Section> = {
  references: ({ secretRef }) => (secretRef === undefined ? [] : [secretReference(secretRef, 'secretRef')]),
  async authenticate({ path, username, secretRef = {} }, { credentials }) {
    const name = username.trim();
    if (name === '') throw new ProviderError('Misconfigured', { what: 'the user name of auth is empty' });
    return {
      kind: 'login',
      request: async () => ({
        path: `auth/${path}/login/${name}`,
        body: { password: Buffer.from(await credentials.secret(secretRef)).toString() },
      }),
    };
  },
};
