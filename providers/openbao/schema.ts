import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

const exactlyOne = (fields: readonly string[]) => ({
  rule: `[${fields.map((field) => `has(self.${field})`).join(', ')}].filter(x, x == true).size() == 1`,
  message: `exactly one of ${fields.join(', ')} must be set`,
});

const appRole = K.object(
  'Login with an AppRole.',
  {
    path: K.defaulted(K.string('Path at which the auth method is mounted.'), 'approle'),
    roleId: K.optional(K.string('The role id.', { minLength: 1 })),
    roleRef: K.optional(K.secretKeySelector('Secret key that holds the role id.')),
    secretRef: K.secretKeySelector('Secret key that holds the secret id.'),
  },
  { rules: [exactlyOne(['roleId', 'roleRef'])] },
);

const userPass = K.object('Login with a user name and a password.', {
  path: K.defaulted(K.string('Path at which the auth method is mounted.'), 'userpass'),
  username: K.string('Name of the user.'),
  secretRef: K.optional(K.secretKeySelector('Secret key that holds the password.')),
});

/** `spec.provider.openBao` (spec providers 3.6). */
export const openBaoSpec = K.object(
  'OpenBao (KV engine, versions 1 and 2).',
  {
    server: K.string('URL of the server, such as https://openbao.example.com:8200.'),
    path: K.optional(K.string('Path at which the KV engine is mounted; kv unless given.')),
    version: K.defaulted(K.enum('Version of the KV engine.', ['v1', 'v2']), 'v2'),
    namespace: K.optional(K.string('Namespace of the secrets.')),
    caBundle: K.optional(K.bytes('CA certificates in PEM.')),
    caProvider: K.optional(K.caProvider()),
    auth: K.optional(
      K.object(
        'How the store logs in. Without it requests carry no token.',
        {
          namespace: K.optional(K.string('Namespace of the login. Absent: that of the secrets.')),
          tokenSecretRef: K.optional(K.secretKeySelector('Secret key that holds a token.')),
          appRole: K.optional(appRole),
          userPass: K.optional(userPass),
        },
        { rules: [exactlyOne(['appRole', 'tokenSecretRef', 'userPass'])] },
      ),
    ),
  },
  {
    rules: [
      {
        rule: '!(has(self.caBundle) && has(self.caProvider))',
        message: 'at most one of caBundle and caProvider may be set',
      },
    ],
  },
);

/** `spec.provider.openBao` as the hook receives it. */
export type OpenBaoSpec = Static<typeof openBaoSpec>;
