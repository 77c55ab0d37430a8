import { K } from '../kit/schema.ts';

const secretRef = K.object('Static credentials of an IAM user, or temporary ones that somebody renews.', {
  accessKeyIDSecretRef: K.optional(K.secretKeySelector('Secret key that holds the access key id.')),
  secretAccessKeySecretRef: K.optional(K.secretKeySelector('Secret key that holds the secret access key.')),
  sessionTokenSecretRef: K.optional(
    K.secretKeySelector('Secret key that holds the session token of temporary credentials.'),
  ),
});

const jwt = K.object('IAM roles for service accounts (IRSA).', {
  serviceAccountRef: K.optional(
    K.serviceAccountSelector(
      'ServiceAccount whose annotation eks.amazonaws.com/role-arn names the role. Its tokens are for sts.amazonaws.com, or for what its annotation eks.amazonaws.com/audience says.',
    ),
  ),
});

/** Schema of `auth` of everything of AWS. */
export const awsAuth = K.object(
  "How the store logs in. Without it the hook's own AWS identity is used: environment variables, EKS Pod Identity, IRSA or the role of the node. jwt wins over secretRef.",
  { secretRef: K.optional(secretRef), jwt: K.optional(jwt) },
);
