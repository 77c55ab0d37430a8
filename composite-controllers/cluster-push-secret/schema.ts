import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { selectionFields, statusFields } from '../fan-out/schema.ts';
import { pushSecretSpec } from '../push-secret/schema.ts';

/** Schema of a ClusterPushSecret's `spec` (spec core 3.4). */
export const clusterPushSecretSpec = K.object('A PushSecret for each of the selected namespaces.', {
  ...selectionFields,
  pushSecretSpec,
  pushSecretName: K.optional(
    K.objectName('Name of the PushSecrets; absent means the name of the ClusterPushSecret.'),
  ),
  pushSecretMetadata: K.optional(
    K.object('Metadata of the PushSecrets.', {
      annotations: K.optional(K.map('Annotations.', K.string())),
      labels: K.optional(K.map('Labels.', K.string())),
    }),
  ),
});

/** Schema of its `status`. */
export const clusterPushSecretStatus = K.object('Where the PushSecrets are.', {
  ...statusFields,
  pushSecretName: K.optional(K.string('Name of the PushSecrets.')),
});

/** `spec` of a ClusterPushSecret as the API server serves it. */
export type ClusterPushSecretSpec = Static<typeof clusterPushSecretSpec>;
