import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { externalSecretSpec } from '../external-secret/schema.ts';
import { selectionFieldsOfOld, statusFields } from '../fan-out/schema.ts';

/** Schema of a ClusterExternalSecret's `spec` (spec core 3.1). */
export const clusterExternalSecretSpec = K.object('An ExternalSecret for each of the selected namespaces.', {
  ...selectionFieldsOfOld,
  externalSecretSpec,
  externalSecretName: K.optional(
    K.objectName('Name of the ExternalSecrets; absent means the name of the ClusterExternalSecret.'),
  ),
  externalSecretMetadata: K.optional(
    K.object('Metadata of the ExternalSecrets.', {
      annotations: K.optional(K.map('Annotations.', K.string())),
      labels: K.optional(K.map('Labels.', K.string())),
    }),
  ),
});

/** Schema of its `status`. */
export const clusterExternalSecretStatus = K.object('Where the ExternalSecrets are.', {
  ...statusFields,
  externalSecretName: K.optional(K.string('Name of the ExternalSecrets.')),
});

/** `spec` of a ClusterExternalSecret as the API server serves it. */
export type ClusterExternalSecretSpec = Static<typeof clusterExternalSecretSpec>;
