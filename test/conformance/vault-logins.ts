import { generateKeyPairSync, sign } from 'node:crypto';
import type { Who } from './harness.ts';
import { serviceAccountJwt, type VaultHost } from './vault-host.ts';

/** How those who read log in by one auth method. */
export interface Login {
  /** Below `auth/`; undefined for a method that does not log in. */
  readonly mount?: string;
  auth(who: Who): object;
  /** Data of the Secrets in the store's namespace. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Set where the real part takes whatever the Secrets hold: moto knows nobody's key. */
  readonly unchecked?: true;
  /** The token of every ServiceAccount. */
  readonly serviceAccountToken?: string;
}

/** Makes the identities of one auth method in a Vault. */
export type LoginSetup = (host: VaultHost) => Promise<Login>;

const known = ['reader', 'left', 'right', 'writer'] as const;
const everybody = [...known, 'stranger'] as const;
const of = (value: (who: Who) => Record<string, string>) =>
  Object.fromEntries(everybody.map((who) => [who, value(who)]));

/** Given tokens; one of them with a newline, as files have it. */
export const token: LoginSetup = async ({ tokens }) => ({
  auth: (who) => ({ tokenSecretRef: { name: who, key: 'token' } }),
  secrets: {
    reader: { token: tokens.reader },
    left: { token: `${tokens.left}\n` },
    right: { token: tokens.right },
    writer: { token: tokens.writer },
    stranger: { token: 'hvs.a-token-that-vault-never-made' },
  },
});

/** Roles that the host has made; nobody has heard of the stranger's. */
export const kubernetes: LoginSetup = async () => ({
  mount: 'kubernetes',
  auth: (who) => ({ kubernetes: { mountPath: 'kubernetes', role: who, serviceAccountRef: { name: 'app' } } }),
  secrets: {},
  serviceAccountToken: serviceAccountJwt,
});

/** developer.hashicorp.com/vault/api-docs/auth/approle */
export const appRole: LoginSetup = async ({ write }) => {
  await write('sys/auth/approle', '{"type":"approle"}');
  for (const who of known) {
    await write(`auth/approle/role/${who}`, JSON.stringify({ token_policies: [who], token_ttl: '1h' }));
    await write(`auth/approle/role/${who}/role-id`, JSON.stringify({ role_id: `role-id-known-to-${who}` }));
    await write(
      `auth/approle/role/${who}/custom-secret-id`,
      JSON.stringify({ secret_id: `secret-id-of-${who}` }),
    );
  }
  return {
    mount: 'approle',
    auth: (who) => ({
      appRole: {
        path: 'approle',
        // The stranger knows a role, but not its secret.
        ...(who === 'stranger'
          ? { roleId: 'role-id-known-to-left' }
          : { roleRef: { name: who, key: 'role' } }),
        secretRef: { name: who, key: 'secret' },
      },
    }),
    secrets: of((who) => ({ role: `role-id-known-to-${who}\n`, secret: `secret-id-of-${who}\n` })),
  };
};

/** developer.hashicorp.com/vault/api-docs/auth/userpass */
export const userPass: LoginSetup = async ({ write }) => {
  await write('sys/auth/people', '{"type":"userpass"}');
  for (const who of known) {
    const user = { password: `password of ${who} `, token_policies: [who], token_ttl: '1h' };
    await write(`auth/people/users/${who}`, JSON.stringify(user));
  }
  return {
    mount: 'people',
    auth: (who) => ({
      userPass: {
        path: 'people',
        username: who === 'stranger' ? 'left' : who,
        secretRef: { name: who, key: 'password' },
      },
    }),
    secrets: of((who) => ({ password: `password of ${who} ` })),
  };
};

/** JWTs of an issuer of our own (developer.hashicorp.com/vault/api-docs/auth/jwt); a stranger's has another signature. */
export const jwt: LoginSetup = async ({ write }) => {
  const [issuer, other] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), newKey()];
  await write('sys/auth/jwt', '{"type":"jwt"}');
  const publicKey = issuer.publicKey.export({ type: 'spki', format: 'pem' });
  await write('auth/jwt/config', JSON.stringify({ jwt_validation_pubkeys: [publicKey] }));
  for (const who of known) {
    const role = {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_subject: who,
      bound_audiences: ['vault'],
      token_policies: [who],
      token_ttl: '1h',
    };
    await write(`auth/jwt/role/${who}`, JSON.stringify(role));
  }
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = (who: Who) => {
    const subject = who === 'stranger' ? 'left' : who;
    const seconds = Math.floor(Date.now() / 1000);
    const content = `${encoded({ alg: 'ES256', typ: 'JWT' })}.${encoded({ sub: subject, aud: 'vault', iat: seconds, exp: seconds + 3600 })}`;
    const key = who === 'stranger' ? other : issuer.privateKey;
    const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
    return `${content}.${signature.toString('base64url')}`;
  };
  return {
    mount: 'jwt',
    auth: (who) => ({
      jwt: { path: 'jwt', role: who === 'stranger' ? 'left' : who, secretRef: { name: who, key: 'jwt' } },
    }),
    secrets: of((who) => ({ jwt: signed(who) })),
  };
};

/** Roles of an AWS at `endpoint` (developer.hashicorp.com/vault/api-docs/auth/aws); nobody has bound the stranger's. */
export const iam =
  (endpoint: string): LoginSetup =>
  async ({ write }) => {
    const role = (who: Who) => `arn:aws:iam::123456789012:role/${who}`;
    const serverId = 'vault.example.com';
    await write('sys/auth/aws', '{"type":"aws"}');
    const config = {
      sts_endpoint: endpoint,
      sts_region: 'us-east-1',
      iam_server_id_header_value: serverId,
      access_key: 'vault',
      secret_key: 'vault',
    };
    await write('auth/aws/config/client', JSON.stringify(config));
    for (const who of known) {
      const bound = {
        auth_type: 'iam',
        bound_iam_principal_arn: [role(who)],
        resolve_aws_unique_ids: false,
        token_policies: [who],
        token_ttl: '1h',
      };
      await write(`auth/aws/role/${who}`, JSON.stringify(bound));
    }
    return {
      mount: 'aws',
      auth: (who) => ({
        iam: {
          vaultRole: who === 'stranger' ? 'left' : who,
          role: role(who),
          vaultAwsIamServerID: serverId,
          secretRef: {
            accessKeyIDSecretRef: { name: who, key: 'id' },
            secretAccessKeySecretRef: { name: who, key: 'key' },
          },
        },
      }),
      unchecked: true,
      secrets: of((who) => ({ id: `AKIAIOSFODNN-${who}`, key: `a-secret-access-key-of-${who}` })),
    };
  };

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
