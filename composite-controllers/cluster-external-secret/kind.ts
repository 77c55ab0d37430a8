import { type ParentKind, readyField } from '../kind.ts';
import { clusterExternalSecretSpec, clusterExternalSecretStatus } from './schema.ts';

/** ClusterExternalSecret as it is installed; columns are ESO's (spec core 0.1). */
export const clusterExternalSecret: ParentKind = {
  folder: 'cluster-external-secret',
  kind: 'ClusterExternalSecret',
  plural: 'clusterexternalsecrets',
  shortName: 'ces',
  version: 'v1',
  scope: 'Cluster',
  description: 'Puts an ExternalSecret into each of the namespaces that it selects.',
  spec: clusterExternalSecretSpec,
  status: clusterExternalSecretStatus,
  columns: [
    { name: 'Store', type: 'string', jsonPath: '.spec.externalSecretSpec.secretStoreRef.name' },
    { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshTime' },
    { name: 'Ready', type: 'string', jsonPath: readyField('status') },
    { name: 'Message', type: 'string', jsonPath: readyField('message'), priority: 1 },
  ],
  controller: 'clusterexternalsecret',
  hooks: ['sync', 'customize'],
  children: [{ apiVersion: 'external-secrets.io/v1', resource: 'externalsecrets' }],
};
