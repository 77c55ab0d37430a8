import type { SecretKeySelector } from '../credentials.ts';
import { secretReference } from '../references.ts';
import { type AuthMethod, trimmedSecret } from './method.ts';

/** `auth.tokenSecretRef`: a token that somebody else looks after; it is neither renewed nor revoked. */
export const tokenSecretRef: AuthMethod<SecretKeySelector> = {
  references: (selector) => [secretReference(selector, '')],
  async authenticate(selector, { credentials }) {
    return { kind: 'token', token: await trimmedSecret(credentials, selector) };
  },
};
