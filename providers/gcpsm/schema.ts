import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.gcpsm` (spec providers 4.1). */

const secretRef = K.object('Login with the key of a Google service account.', {
  secretAccessKeySecretRef: K.optional(
    K.secretKeySelector('Secret key that holds the JSON key of the service account.'),
  ),
});

const workloadIdentity = K.object('Workload Identity of a GKE cluster.', {
  serviceAccountRef: K.serviceAccountSelector(
    'Kubernetes ServiceAccount that logs in. Its annotation iam.gke.io/gcp-service-account names the Google service account to act as; without it its own identity is used.',
  ),
  clusterLocation: K.optional(
    K.string('Location of the cluster. Absent means: what the metadata server says.'),
  ),
  clusterName: K.optional(K.string('Name of the cluster. Absent means: what the metadata server says.')),
  clusterProjectID: K.optional(K.string('Project of the cluster. Absent means: projectID.')),
});

const workloadIdentityFederation = K.object(
  'Workload Identity Federation, from any cluster. Exactly one of credConfig, serviceAccountRef and awsSecurityCredentials is needed.',
  {
    credConfig: K.optional(
      K.object('ConfigMap key that holds a credential configuration of type external_account.', {
        name: K.objectName('Name of the ConfigMap.'),
        namespace: K.optional(
          K.namespace(
            'Namespace of the ConfigMap; only in a ClusterSecretStore. Absent means that of the ExternalSecret.',
          ),
        ),
        key: K.dataKey('Key in the data of the ConfigMap.'),
      }),
    ),
    serviceAccountRef: K.optional(
      K.serviceAccountSelector(
        'ServiceAccount whose token is exchanged; its audiences have to be those that the identity pool accepts.',
      ),
    ),
    awsSecurityCredentials: K.optional(
      K.object('Credentials of AWS that are exchanged.', {
        region: K.string('Region of AWS whose STS says who the credentials belong to.'),
        awsCredentialsSecretRef: K.object(
          'Secret with the keys aws_access_key_id, aws_secret_access_key and, for temporary credentials, aws_session_token.',
          {
            name: K.objectName('Name of the Secret.'),
            namespace: K.optional(K.namespace('Namespace of the Secret; only in a ClusterSecretStore.')),
          },
        ),
      }),
    ),
    audience: K.optional(
      K.string(
        "Full name of the identity pool's provider, such as //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider. credConfig may have its own.",
      ),
    ),
    externalTokenEndpoint: K.optional(
      K.string('URL that credential_source.url of credConfig has to be; without it no URL is asked.'),
    ),
    gcpServiceAccountEmail: K.optional(
      K.string(
        'Google service account to act as. It wins over the annotation of the ServiceAccount and over credConfig.',
        { pattern: '^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z0-9.:-]+\\.iam\\.gserviceaccount\\.com$' },
      ),
    ),
  },
);

/** Schema of `auth` of everything of Google. */
export const gcpAuth = K.object(
  "How the store logs in; the first of secretRef, workloadIdentity and workloadIdentityFederation. Without it the hook's own Google identity is used: GOOGLE_APPLICATION_CREDENTIALS, or what the metadata server gives its pod.",
  {
    secretRef: K.optional(secretRef),
    workloadIdentity: K.optional(workloadIdentity),
    workloadIdentityFederation: K.optional(workloadIdentityFederation),
  },
);

/** Schema of `spec.provider.gcpsm`. */
export const gcpSpec = K.object('Google Cloud Secret Manager.', {
  projectID: K.optional(
    K.string(
      'Id or number of the project that holds the secrets. Absent means: the project of the cluster, which the metadata server may tell.',
    ),
  ),
  location: K.optional(K.string('Location of regional secrets, such as europe-west3.')),
  secretVersionSelectionPolicy: K.defaulted(
    K.enum(
      'What is read when no version is named and the latest one is disabled or destroyed: an error, or the latest enabled one.',
      ['LatestOrFail', 'LatestOrFetch'],
    ),
    'LatestOrFail',
  ),
  auth: K.optional(gcpAuth),
});

/** `spec.provider.gcpsm` as the hook receives it. */
export type GcpSpec = Static<typeof gcpSpec>;
/** Its `auth.workloadIdentityFederation`. */
export type FederationSpec = NonNullable<NonNullable<GcpSpec['auth']>['workloadIdentityFederation']>;
/** Its `auth.workloadIdentity`. */
export type WorkloadIdentitySpec = NonNullable<NonNullable<GcpSpec['auth']>['workloadIdentity']>;
