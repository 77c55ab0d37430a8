import { type ParentKind, readyField } from '../kind.ts';
import { clusterPushSecretSpec, clusterPushSecretStatus } from './schema.ts';

/** ClusterPushSecret as it is installed; columns are ESO's (spec core 0.1). */
export const clusterPushSecret: ParentKind = {
  folder: 'cluster-push-secret',
  kind: 'ClusterPushSecret',
  plural: 'clusterpushsecrets',
  shortName: 'cps',
  version: 'v1alpha1',
  scope: 'Cluster',
  description: 'Puts a PushSecret into each of the namespaces that it selects.',
  spec: clusterPushSecretSpec,
  status: clusterPushSecretStatus,
  columns: [
    { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Status', type: 'string', jsonPath: readyField('reason') },
    { name: 'Ready', type: 'string', jsonPath: readyField('status') },
    { name: 'Message', type: 'string', jsonPath: readyField('message'), priority: 1 },
  ],
  controller: 'clusterpushsecret',
  hooks: ['sync', 'customize'],
  children: [{ apiVersion: 'external-secrets.io/v1alpha1', resource: 'pushsecrets' }],
};
