import type { CustomizeRequest, RelatedRule } from '../controller.ts';
import type { Settings } from '../lib/ports.ts';
import { storesOf } from './plan.ts';
import { mergesInto } from './policy.ts';
import type { ExternalSecretSpec } from './schema.ts';
import { specProblems } from './validity.ts';

const group = 'external-secrets.io/v1';

/**
 * The objects that a decision about this ExternalSecret needs beside itself: its stores by name, its own Namespace when a
 * ClusterSecretStore is among them, and, where that was asked for, the Secret into which it merges. From the spec alone,
 * since Metacontroller caches it by generation; a rule with no names is left out, since it would select everything (spec
 * metacontroller 4).
 */
export function relatedOf(
  parent: CustomizeRequest['parent'],
  { watchTargets }: Pick<Settings, 'watchTargets'>,
): { readonly relatedResources: readonly RelatedRule[] } {
  const { name, namespace } = parent.metadata;
  const isGoing = parent.metadata.deletionTimestamp !== undefined;
  if (isGoing || namespace === undefined || specProblems(parent).length > 0) return { relatedResources: [] };
  const spec = (parent.spec ?? {}) as ExternalSecretSpec;
  const stores = storesOf(spec);
  const named = (kind: string) =>
    stores.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(kind.length + 1));
  const own = named('SecretStore');
  const shared = named('ClusterSecretStore');
  // Under Orphan drift waits for the next refresh, as with ESO (spec core 1.5).
  const isWatched =
    watchTargets &&
    spec.target?.manifest === undefined &&
    mergesInto({ creationPolicy: spec.target?.creationPolicy ?? 'Owner' });
  return {
    relatedResources: [
      ...(own.length > 0 ? [{ apiVersion: group, resource: 'secretstores', namespace, names: own }] : []),
      ...(shared.length > 0
        ? [
            { apiVersion: group, resource: 'clustersecretstores', names: shared },
            { apiVersion: 'v1', resource: 'namespaces', names: [namespace] },
          ]
        : []),
      ...(isWatched
        ? [{ apiVersion: 'v1', resource: 'secrets', namespace, names: [spec.target?.name ?? name] }]
        : []),
    ],
  };
}
