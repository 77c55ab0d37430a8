import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.vault` (spec providers 3.1); the rules are those that ESO's webhook applies to it. */

const mountPath = (name: string) => K.string(`Path at which the ${name} auth method is mounted in Vault.`);

const appRole = K.object(
  'Login with an AppRole.',
  {
    path: K.defaulted(mountPath('AppRole'), 'approle'),
    roleId: K.optional(K.string('The role id. It wins over roleRef.')),
    roleRef: K.optional(K.secretKeySelector('Secret key that holds the role id.')),
    secretRef: K.secretKeySelector('Secret key that holds the secret id.'),
  },
  {
    rules: [
      {
        rule: "(has(self.roleId) && self.roleId != '') || has(self.roleRef)",
        message: 'either roleId or roleRef must be set',
      },
    ],
  },
);

const kubernetes = K.object(
  "Login with a ServiceAccount token. Without serviceAccountRef and secretRef the token of the hook's own pod is used.",
  {
    mountPath: K.defaulted(mountPath('Kubernetes'), 'kubernetes'),
    role: K.string('Role of the auth method.'),
    serviceAccountRef: K.optional(
      K.serviceAccountSelector('ServiceAccount for which a token is requested. It wins over secretRef.'),
    ),
    secretRef: K.optional(K.secretKeySelector('Secret key that holds a token. The default key is "token".')),
  },
);

const ldap = K.object('Login with an LDAP account.', {
  path: K.defaulted(mountPath('LDAP'), 'ldap'),
  username: K.string('Name of the account.'),
  secretRef: K.optional(K.secretKeySelector('Secret key that holds the password.')),
});

const userPass = K.object('Login with a user name and a password.', {
  path: K.defaulted(mountPath('userpass'), 'userpass'),
  username: K.string('Name of the user.'),
  secretRef: K.optional(K.secretKeySelector('Secret key that holds the password.')),
});

const jwt = K.object(
  'Login with a JWT, by the JWT/OIDC auth method.',
  {
    path: K.defaulted(mountPath('JWT/OIDC'), 'jwt'),
    role: K.optional(K.string("Role of the auth method. Without it Vault uses the mount's default role.")),
    secretRef: K.optional(
      K.secretKeySelector('Secret key that holds the JWT. It wins over kubernetesServiceAccountToken.'),
    ),
    kubernetesServiceAccountToken: K.optional(
      K.object('Requests the token of a ServiceAccount and logs in with it.', {
        serviceAccountRef: K.serviceAccountSelector('The ServiceAccount.'),
        audiences: K.optional(
          K.list(
            'Audiences beside those of serviceAccountRef. Absent means "vault"; an empty list means none.',
            K.string(),
          ),
        ),
        expirationSeconds: K.optional(
          K.int('Lifetime of the token in seconds. Absent means 600.', { format: 'int64' }),
        ),
      }),
    ),
  },
  {
    rules: [
      {
        rule: 'has(self.secretRef) || has(self.kubernetesServiceAccountToken)',
        message: 'either secretRef or kubernetesServiceAccountToken must be set',
      },
    ],
  },
);

const cert = K.object('Login with a TLS client certificate. It stays on all later connections.', {
  path: K.defaulted(mountPath('TLS certificate'), 'cert'),
  vaultRole: K.optional(
    K.string('Role of the auth method. Without it Vault tries all roles that fit the certificate.'),
  ),
  clientCert: K.optional(K.secretKeySelector('Secret key that holds the certificate, in PEM.')),
  secretRef: K.optional(K.secretKeySelector('Secret key that holds the private key, in PEM.')),
});

const iam = K.object('Login with an AWS identity, by a signed GetCallerIdentity request.', {
  path: K.optional(K.string('Path at which the AWS auth method is mounted in Vault. Absent means "aws".')),
  region: K.optional(K.string('AWS region of the STS endpoint. Absent means "us-east-1".')),
  role: K.optional(K.string('ARN of an AWS role that is assumed before the login.')),
  vaultRole: K.string('Role of the auth method in Vault.'),
  externalID: K.optional(K.string('External id for assuming the AWS role.')),
  vaultAwsIamServerID: K.optional(
    K.string('Value of the X-Vault-AWS-IAM-Server-ID header, which is signed with the request.'),
  ),
  secretRef: K.optional(
    K.object('Static AWS credentials.', {
      accessKeyIDSecretRef: K.optional(K.secretKeySelector('Secret key that holds the access key id.')),
      secretAccessKeySecretRef: K.optional(
        K.secretKeySelector('Secret key that holds the secret access key.'),
      ),
      sessionTokenSecretRef: K.optional(
        K.secretKeySelector('Secret key that holds the session token of temporary credentials.'),
      ),
    }),
  ),
  jwt: K.optional(
    K.object(
      'AWS credentials for a ServiceAccount (IAM roles for service accounts). It wins over secretRef.',
      {
        serviceAccountRef: K.optional(
          K.serviceAccountSelector('ServiceAccount with the role annotation of EKS.'),
        ),
      },
    ),
  ),
});

const gcp = K.object('Login with a Google Cloud identity.', {
  path: K.defaulted(mountPath('Google Cloud'), 'gcp'),
  role: K.string('Role of the auth method.'),
  projectID: K.optional(K.string('Google Cloud project of the service account.')),
  location: K.optional(K.string('Location of the GKE cluster.')),
  secretRef: K.optional(
    K.object('A service account key.', {
      secretAccessKeySecretRef: K.optional(
        K.secretKeySelector('Secret key that holds the JSON key of the service account.'),
      ),
    }),
  ),
  workloadIdentity: K.optional(
    K.object('Workload identity of a GKE cluster.', {
      serviceAccountRef: K.serviceAccountSelector('The Kubernetes ServiceAccount.'),
      clusterLocation: K.optional(
        K.string('Location of the cluster. Absent means: ask the metadata server.'),
      ),
      clusterName: K.optional(K.string('Name of the cluster. Absent means: ask the metadata server.')),
      clusterProjectID: K.optional(
        K.string('Project of the cluster. Absent means: ask the metadata server.'),
      ),
    }),
  ),
  serviceAccountRef: K.optional(K.serviceAccountSelector('The Kubernetes ServiceAccount.')),
});

const auth = K.object(
  'How the store logs in. Without it requests carry no token, for a Vault agent or proxy that adds one. Of several methods the first in this order is used: tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam, gcp.',
  {
    namespace: K.optional(
      K.string('Vault namespace of the login only. Absent means the namespace of the store.'),
    ),
    tokenSecretRef: K.optional(K.secretKeySelector('Secret key that holds a Vault token, used as it is.')),
    appRole: K.optional(appRole),
    kubernetes: K.optional(kubernetes),
    ldap: K.optional(ldap),
    userPass: K.optional(userPass),
    jwt: K.optional(jwt),
    cert: K.optional(cert),
    iam: K.optional(iam),
    gcp: K.optional(gcp),
  },
);

const tls = K.object(
  'TLS client certificate for every request to Vault.',
  {
    certSecretRef: K.optional(
      K.secretKeySelector('Secret key that holds the certificate, in PEM. The default key is "tls.crt".'),
    ),
    keySecretRef: K.optional(
      K.secretKeySelector('Secret key that holds the private key, in PEM. The default key is "tls.key".'),
    ),
  },
  {
    rules: [
      {
        rule: 'has(self.certSecretRef) == has(self.keySecretRef)',
        message: 'certSecretRef and keySecretRef must be set together',
      },
    ],
  },
);

/** Schema of `spec.provider.vault`. */
export const vaultSpec = K.object(
  'HashiCorp Vault (KV engine, versions 1 and 2), or a server with its API such as OpenBao.',
  {
    server: K.string('URL of the server, such as https://vault.example.com:8200.'),
    path: K.optional(
      K.string(
        'Path at which the KV engine is mounted. Without it the mount is the first part of every key.',
      ),
    ),
    version: K.defaulted(K.enum('Version of the KV engine.', ['v1', 'v2']), 'v2'),
    namespace: K.optional(K.string('Vault namespace (Vault Enterprise, HCP).')),
    caBundle: K.optional(
      K.bytes(
        'CA certificates that sign the server, in PEM. With it no other CA is trusted. It wins over caProvider.',
      ),
    ),
    caProvider: K.optional(K.caProvider()),
    tls: K.optional(tls),
    readYourWrites: K.optional(
      K.bool('Asks a replicated cluster for reads that are no older than the last write.'),
    ),
    forwardInconsistent: K.optional(
      K.bool('Lets a replica that lags forward the request to the active node. It needs readYourWrites.'),
    ),
    headers: K.optional(K.map('Headers added to every request.', K.string())),
    checkAndSet: K.optional(
      K.object('Check-and-set for writes (KV version 2 only).', {
        required: K.optional(K.bool('Every write names the version that it replaces.')),
      }),
    ),
    auth: K.optional(auth),
  },
  {
    rules: [
      {
        rule: "!(self.version == 'v1' && has(self.checkAndSet) && has(self.checkAndSet.required) && self.checkAndSet.required)",
        message: 'checkAndSet is not supported with version v1',
      },
    ],
  },
);

/** `spec.provider.vault` as the hook receives it. */
export type VaultSpec = Static<typeof vaultSpec>;
