import { apiVersionOf } from '../../composite-controllers/crd.ts';
import { installedKinds, parentKinds } from '../../composite-controllers/definitions.ts';
import { workloadKinds } from '../../composite-controllers/rollout/kind.ts';
import type { ResourceType } from '../../server/kube-api.ts';

const core = (resource: string, kind: string, namespaced = true): ResourceType => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  namespaced,
});

const types: readonly ResourceType[] = [
  core('namespaces', 'Namespace', false),
  core('secrets', 'Secret'),
  core('configmaps', 'ConfigMap'),
  core('serviceaccounts', 'ServiceAccount'),
  core('events', 'Event'),
  ...workloadKinds.map(({ kind, resource }) => ({ ...core(resource, kind), group: 'apps' })),
  ...installedKinds.map((installed) => {
    const { kind, plural, scope } = installed;
    const [group = '', version = ''] = apiVersionOf(installed).split('/');
    return { group, version, resource: plural, kind, namespaced: scope === 'Namespaced' };
  }),
];

/** The type of a kind, in the version that is stored. Throws for a kind that no scenario may use. */
export function typeOf(kind: string): ResourceType {
  const found = types.find((type) => type.kind === kind);
  if (found === undefined) throw new Error(`scenarios know no kind ${kind}`);
  return found;
}

/** The type of a manifest, in the version that it names. */
export function typeOfManifest({ apiVersion, kind }: { apiVersion: string; kind: string }): ResourceType {
  return { ...typeOf(kind), version: apiVersion.slice(apiVersion.indexOf('/') + 1) };
}

/** What `Kind/name` means in a scenario's namespace, and `Kind/namespace/name` in another one. */
export function placeOf(
  ref: string,
  own: string,
): {
  readonly kind: string;
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
} {
  const [kind = '', ...path] = ref.split('/');
  const type = typeOf(kind);
  const [name = '', namespace = own] = path.reverse();
  return { kind, type, namespace: type.namespaced ? namespace : undefined, name };
}

/** Kinds whose changes are recorded. */
export const recordedKinds = [
  'Namespace',
  'Secret',
  'ConfigMap',
  'Event',
  ...workloadKinds.map(({ kind }) => kind),
  ...parentKinds.map(({ kind }) => kind),
] as const;
