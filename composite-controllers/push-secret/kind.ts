import { type ParentKind, readyField } from '../kind.ts';
import { pushSecretSpec, pushSecretStatus } from './schema.ts';

/** PushSecret as it is installed; columns are ESO's (spec core 0.1). */
export const pushSecret: ParentKind = {
  folder: 'push-secret',
  kind: 'PushSecret',
  plural: 'pushsecrets',
  shortName: 'ps',
  version: 'v1alpha1',
  scope: 'Namespaced',
  description: 'Pushes Secrets into stores.',
  spec: pushSecretSpec,
  status: pushSecretStatus,
  columns: [
    { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Status', type: 'string', jsonPath: readyField('reason') },
    { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' },
    { name: 'Message', type: 'string', jsonPath: readyField('message'), priority: 1 },
  ],
  controller: 'pushsecret',
  hooks: ['sync', 'finalize', 'customize'],
  // What was generated, until its push is recorded.
  children: [{ apiVersion: 'v1', resource: 'secrets' }],
};
