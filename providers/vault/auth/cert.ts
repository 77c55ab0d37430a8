import type { SecretKeySelector } from '../../kit/credentials.ts';
import { secretReference } from '../../kit/references.ts';
import type { AuthMethod } from '../../kit/vault/method.ts';
import type { VaultAuth } from './method.ts';

type Section = NonNullable<VaultAuth['cert']>;

/**
 * `auth.cert` (developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method). The certificate stays on
 * all later connections, in place of `tls`.
 */
export const cert: AuthMethod<Section> = {
  references: ({ clientCert, secretRef }) => [
    ...(clientCert === undefined ? [] : [secretReference(clientCert, 'clientCert')]),
    ...(secretRef === undefined ? [] : [secretReference(secretRef, 'secretRef')]),
  ],
  async authenticate({ path, vaultRole, clientCert = {}, secretRef = {} }, { credentials }) {
    const pem = async (selector: SecretKeySelector) =>
      Buffer.from(await credentials.secret(selector)).toString();
    return {
      kind: 'login',
      identity: { cert: await pem(clientCert), key: await pem(secretRef) },
      request: async () => ({
        path: `auth/${path}/login`,
        body: vaultRole ? { name: vaultRole } : {},
      }),
    };
  },
};
