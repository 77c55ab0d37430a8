import type { CustomizeRequest, RelatedRule } from '../controller.ts';
import type { Settings } from '../lib/ports.ts';
import { pushSecretProblems } from './rules.ts';
import type { PushSecretSpec, PushSecretStatus } from './schema.ts';

const group = 'external-secrets.io/v1';
const resources = { SecretStore: 'secretstores', ClusterSecretStore: 'clustersecretstores' } as const;

/**
 * The objects that a decision about this PushSecret needs beside itself: its own Namespace, the stores of the spec, those
 * that hold what was pushed, and the source Secrets, whose changes are pushed at once. Every rule stays in the own namespace
 * (GHSA-fcxq-v2r3-cc8h). Metacontroller caches the rules by generation, so that a store that is only in the status may come
 * in late: its entries wait for it.
 */
export function relatedOf(
  { metadata, spec, status, ...object }: CustomizeRequest['parent'],
  { templateDelimiters }: Pick<Settings, 'templateDelimiters'>,
): { readonly relatedResources: readonly RelatedRule[] } {
  const { namespace } = metadata;
  if (namespace === undefined) return { relatedResources: [] };
  const { syncedPushSecrets = {} } = (status ?? {}) as PushSecretStatus;
  const isUsable = pushSecretProblems({ ...object, metadata, spec }, templateDelimiters).length === 0;
  const used = isUsable ? (spec as PushSecretSpec) : undefined;
  const isGoing = metadata.deletionTimestamp !== undefined;
  return {
    relatedResources: [
      { apiVersion: 'v1', resource: 'namespaces', names: [namespace] },
      ...(['SecretStore', 'ClusterSecretStore'] as const).flatMap((kind) =>
        storeRules(kind, used, Object.keys(syncedPushSecrets), namespace),
      ),
      ...(used === undefined || isGoing ? [] : sourceRules(used, namespace)),
    ],
  };
}

function storeRules(
  kind: keyof typeof resources,
  spec: PushSecretSpec | undefined,
  recorded: readonly string[],
  namespace: string,
): RelatedRule[] {
  const refs = (spec?.secretStoreRefs ?? []).filter((ref) => ref.kind === kind);
  const names = new Set([
    ...refs.flatMap(({ name }) => (name ? [name] : [])),
    ...recorded.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(kind.length + 1)),
  ]);
  const rule = { apiVersion: group, resource: resources[kind], namespace };
  return [
    ...(names.size === 0 ? [] : [{ ...rule, names: [...names] }]),
    ...refs.flatMap(({ name, labelSelector }) =>
      name || labelSelector === undefined ? [] : [{ ...rule, labelSelector }],
    ),
  ];
}

function sourceRules({ selector: { secret } }: PushSecretSpec, namespace: string): RelatedRule[] {
  const rule = { apiVersion: 'v1', resource: 'secrets', namespace };
  if (secret?.name) return [{ ...rule, names: [secret.name] }];
  return secret?.selector === undefined ? [] : [{ ...rule, labelSelector: secret.selector }];
}
