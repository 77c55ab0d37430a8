import { type ParentKind, type PrinterColumn, readyField } from '../kind.ts';
import { type ProviderSection, storeSpec, storeStatus } from './schema.ts';

const columns: readonly PrinterColumn[] = [
  { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Status', type: 'string', jsonPath: readyField('reason') },
  { name: 'Capabilities', type: 'string', jsonPath: '.status.capabilities' },
  { name: 'Ready', type: 'string', jsonPath: readyField('status') },
  { name: 'Message', type: 'string', jsonPath: readyField('message'), priority: 1 },
];

/** SecretStore and ClusterSecretStore as they are installed (spec core 0.1), for the given providers. */
export function storeKinds(built: readonly ProviderSection[]): readonly ParentKind[] {
  const shared = {
    folder: 'secret-store',
    version: 'v1',
    spec: storeSpec(built),
    status: storeStatus,
    columns,
    hooks: ['sync'],
    children: [],
  } as const;
  return [
    {
      ...shared,
      kind: 'SecretStore',
      plural: 'secretstores',
      shortName: 'ss',
      scope: 'Namespaced',
      description: 'A backend for the ExternalSecrets of its namespace.',
      controller: 'secretstore',
    },
    {
      ...shared,
      kind: 'ClusterSecretStore',
      plural: 'clustersecretstores',
      shortName: 'css',
      scope: 'Cluster',
      description:
        'A backend for the ExternalSecrets of all namespaces, or of those that its conditions name.',
      controller: 'clustersecretstore',
    },
  ];
}
