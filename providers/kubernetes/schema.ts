import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.kubernetes` (spec providers 8.1). */

const server = K.object('The API server.', {
  url: K.defaulted(
    K.string('URL of the API server. Without a scheme it is https. The default is the own cluster.'),
    'kubernetes.default',
  ),
  caBundle: K.optional(
    K.bytes(
      'CA certificates that sign the server, in PEM. With it no other CA is trusted. It wins over caProvider.',
    ),
  ),
  caProvider: K.optional(K.caProvider()),
});

const auth = K.object(
  "Who the store is to the API server. It is never the hook's own identity.",
  {
    serviceAccount: K.optional(
      K.serviceAccountSelector('ServiceAccount of the own cluster for which a token is requested.'),
    ),
    token: K.optional(
      K.object('A token that somebody else looks after.', {
        bearerToken: K.optional(K.secretKeySelector('Secret key that holds the token.')),
      }),
    ),
    cert: K.optional(
      K.object('A TLS client certificate.', {
        clientCert: K.optional(K.secretKeySelector('Secret key that holds the certificate, in PEM.')),
        clientKey: K.optional(K.secretKeySelector('Secret key that holds the private key, in PEM.')),
      }),
    ),
  },
  { minProperties: 1, maxProperties: 1 },
);

/** Schema of `spec.provider.kubernetes`. */
export const kubernetesSpec = K.object('Secrets of a Kubernetes cluster: this one or another.', {
  server: K.optional(server),
  auth: K.optional(auth),
  authRef: K.optional(
    K.secretKeySelector(
      'Secret key that holds a whole kubeconfig, used instead of server and auth. No program that it names is run, and no file that it names is read.',
    ),
  ),
  remoteNamespace: K.defaulted(K.namespace('Namespace of the Secrets that are read.'), 'default'),
});

/** `spec.provider.kubernetes` as the hook receives it. */
export type KubernetesSpec = Static<typeof kubernetesSpec>;
