import type { SecretKeySelector } from '../../kit/credentials.ts';
import { secretReference } from '../../kit/references.ts';
import type { AuthMethod } from './method.ts';

/** `auth.tokenSecretRef`: a token that somebody else looks after; it is neither renewed nor revoked. */
export const tokenSecretRef: AuthMethod<SecretKeySelector> = {
  references: (selector) => [secretReference(selector, '')],
  async authenticate(selector, { credentials }) {
    // ESO sends it as it is, and then a final newline fails the request.
    return {
      kind: 'token',
      token: Buffer.from(await credentials.secret(selector))
        .toString()
        .trim(),
    };
  },
};
