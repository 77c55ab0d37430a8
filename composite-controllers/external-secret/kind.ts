import { type ParentKind, readyField } from '../kind.ts';
import { externalSecretSpec, externalSecretStatus } from './schema.ts';

/** ExternalSecret as it is installed; columns and selectable fields are ESO's (spec core 0.1). */
export const externalSecret: ParentKind = {
  folder: 'external-secret',
  kind: 'ExternalSecret',
  plural: 'externalsecrets',
  shortName: 'es',
  version: 'v1',
  scope: 'Namespaced',
  description: 'Fetches secrets from a store and writes them to a Secret.',
  spec: externalSecretSpec,
  status: externalSecretStatus,
  columns: [
    { name: 'StoreType', type: 'string', jsonPath: '.spec.secretStoreRef.kind' },
    { name: 'Store', type: 'string', jsonPath: '.spec.secretStoreRef.name' },
    { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshInterval' },
    { name: 'Status', type: 'string', jsonPath: readyField('reason') },
    { name: 'Ready', type: 'string', jsonPath: readyField('status') },
    { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' },
    { name: 'Message', type: 'string', jsonPath: readyField('message'), priority: 1 },
  ],
  selectable: [
    '.spec.secretStoreRef.name',
    '.spec.secretStoreRef.kind',
    '.spec.target.name',
    '.spec.refreshInterval',
  ],
  controller: 'externalsecret',
  hooks: ['sync', 'customize'],
  children: [{ apiVersion: 'v1', resource: 'secrets' }],
};
