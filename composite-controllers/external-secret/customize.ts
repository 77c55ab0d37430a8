import type { CustomizeRequest, RelatedRule } from '../controller.ts';
import { storesOf } from './plan.ts';
import type { ExternalSecretSpec } from './schema.ts';
import { specProblems } from './validity.ts';

const group = 'external-secrets.io/v1';

/**
 * The objects that a decision about this ExternalSecret needs beside itself: its stores by name, and its own Namespace
 * when a ClusterSecretStore is among them. From the spec alone, since Metacontroller caches it by generation; a rule
 * with no names is left out, since it would select everything (spec metacontroller 4).
 */
export function customize({ parent }: CustomizeRequest): {
  readonly relatedResources: readonly RelatedRule[];
} {
  const { namespace } = parent.metadata;
  const isGoing = parent.metadata.deletionTimestamp !== undefined;
  if (isGoing || namespace === undefined || specProblems(parent).length > 0) return { relatedResources: [] };
  const stores = storesOf((parent.spec ?? {}) as ExternalSecretSpec);
  const named = (kind: string) =>
    stores.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(kind.length + 1));
  const own = named('SecretStore');
  const shared = named('ClusterSecretStore');
  return {
    relatedResources: [
      ...(own.length > 0 ? [{ apiVersion: group, resource: 'secretstores', namespace, names: own }] : []),
      ...(shared.length > 0
        ? [
            { apiVersion: group, resource: 'clustersecretstores', names: shared },
            { apiVersion: 'v1', resource: 'namespaces', names: [namespace] },
          ]
        : []),
    ],
  };
}
