import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.akeyless` (spec providers 11). */
export const akeylessSpec = K.object('Items of Akeyless.', {
  akeylessGWApiURL: K.string('Address of the API, of Akeyless or of a gateway.'),
  ignoreCache: K.optional(K.bool('Whether reads go past the cache of the gateway.')),
  authSecretRef: K.object('Who the store is to Akeyless.', {
    secretRef: K.optional(
      K.object('Secret that holds the credentials.', {
        accessID: K.optional(K.secretKeySelector('The access id.')),
        accessType: K.optional(K.secretKeySelector('api_key, access_key, aws_iam, azure_ad or gcp.')),
        accessTypeParam: K.optional(
          K.secretKeySelector('The access key, the id of an identity of Azure, or the audience for Google.'),
        ),
      }),
    ),
    kubernetesAuth: K.optional(
      K.object('A ServiceAccount.', {
        accessID: K.string('The access id.'),
        k8sConfName: K.string('Name of the Kubernetes auth config in the gateway.'),
        serviceAccountRef: K.optional(K.serviceAccountSelector('The ServiceAccount.')),
        secretRef: K.optional(K.secretKeySelector('Its token; the key is token unless given.')),
      }),
    ),
    serviceAccountRef: K.optional(K.serviceAccountSelector('For azure_ad: whose workload identity it is.')),
  }),
  caBundle: K.optional(K.bytes('CA certificates in PEM.')),
  caProvider: K.optional(K.caProvider()),
});

/** `spec.provider.akeyless` as the hook receives it. */
export type AkeylessSpec = Static<typeof akeylessSpec>;
