import type { StoreHandle } from '../../providers/backends.ts';
import type { Problem } from '../../providers/kit/provider.ts';
import type { HookRequest } from '../controller.ts';
import { dataHash, syncedResourceVersion } from '../lib/hash.ts';
import {
  dataHashAnnotation,
  generatedAtAnnotation,
  managedLabel,
  noSecret,
  refreshIdAnnotation,
  renewAtAnnotation,
  statesAnnotation,
} from '../lib/names.ts';
import type { NamespaceView } from '../lib/namespace-conditions.ts';
import type { KubeObject, SecretObject } from '../lib/objects.ts';
import { once } from '../lib/once.ts';
import { secretData } from '../lib/secret-data.ts';
import { type StoreView, storeKey, viewStores } from '../secret-store/view.ts';
import type { GenerationFacts } from './generate.ts';
import { type CreationPolicy, type DeletionPolicy, routeOf } from './policy.ts';
import type { ExternalSecretSpec, ExternalSecretStatus } from './schema.ts';
import { specProblems } from './validity.ts';

/** Everything that a decision may look at: the state of the world as one sync call sees it. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly object: KubeObject;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: ExternalSecretSpec;
  /**
   * What is wrong with the shape of the spec: then nothing else may look at its fields. Looked for when it is asked for,
   * since most calls are about a spec that has been synced already.
   */
  readonly problems: () => readonly Problem[];
  readonly status: ExternalSecretStatus;
  /** What `status.syncedResourceVersion` becomes when this spec, these labels and annotations are synced. */
  readonly version: string;
  readonly creationPolicy: CreationPolicy;
  readonly deletionPolicy: DeletionPolicy;
  readonly targetName: string;
  /** The observed child of that name. */
  readonly target: SecretObject | undefined;
  /** The live target as the caller watches it, where it does: a policy that merges, and --watch-targets. */
  readonly watched: { readonly secret: SecretObject | undefined } | undefined;
  /** Observed children of other names: what a rename left behind. */
  readonly others: readonly SecretObject[];
  readonly stores: ReadonlyMap<string, StoreView>;
  /** Labels of the own Namespace, when a ClusterSecretStore is named. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

/** The world of one hook request. */
export function readWorld(request: HookRequest, now: number): World {
  const object = request.parent;
  const { name, namespace = '', uid = '' } = object.metadata;
  const spec = (object.spec ?? {}) as ExternalSecretSpec;
  const children = Object.values(request.children['Secret.v1'] ?? {}) as SecretObject[];
  const targetName = spec.target?.name ?? name;
  return {
    now,
    object,
    uid,
    namespace,
    name,
    spec,
    problems: once(() => specProblems(object)),
    status: (object.status ?? {}) as ExternalSecretStatus,
    version: syncedResourceVersion(object.metadata),
    creationPolicy: spec.target?.creationPolicy ?? 'Owner',
    deletionPolicy: spec.target?.deletionPolicy ?? 'Retain',
    targetName,
    target: children.find((child) => child.metadata.name === targetName),
    watched: watchedTarget(request.related['Secret.v1'], `${namespace}/${targetName}`),
    others: children.filter((child) => child.metadata.name !== targetName),
    stores: viewStores(request.related),
    namespaceLabels: request.related['Namespace.v1']?.[namespace]?.metadata.labels,
  };
}

/** The namespace of the ExternalSecret, as stores see it. */
export function consumerOf({ namespace: name, namespaceLabels: labels }: World): NamespaceView {
  return { name, labels };
}

/** How the observed target stands to what the status says of it (spec core 1.5 isSecretValid, design rule 2). */
export type TargetState = 'Valid' | 'Missing' | 'Drifted' | 'Unconfirmed';

/**
 * State of the observed target. `Unconfirmed` is one that carries another refresh than the status recorded. What is no
 * child is seen only where it is watched; under Orphan and None it is never looked at (spec core 1.5).
 */
export function targetState(world: World): TargetState {
  const { target, watched, status } = world;
  if (routeOf(world) !== 'child')
    return watched === undefined ? 'Valid' : watchedState(world, watched.secret);
  if (status.refreshId === noSecret) return target === undefined ? 'Valid' : 'Drifted';
  if (target === undefined) return 'Missing';
  if (target.metadata.labels?.[managedLabel] !== 'true' || !hashIsTrue(target)) return 'Drifted';
  return status.refreshId === undefined || status.refreshId === refreshIdOf(target) ? 'Valid' : 'Unconfirmed';
}

/** A target that Merge did not find is one that it wants (spec core 1.9). */
function watchedState({ status, creationPolicy }: World, secret: SecretObject | undefined): TargetState {
  const isNone = status.refreshId === noSecret;
  if (secret === undefined) return isNone && creationPolicy === 'Merge' ? 'Valid' : 'Missing';
  if (isNone) return 'Unconfirmed';
  return secret.metadata.labels?.[managedLabel] === 'true' && hashIsTrue(secret) ? 'Valid' : 'Drifted';
}

function watchedTarget(group: HookRequest['related'][string] | undefined, key: string): World['watched'] {
  return group === undefined ? undefined : { secret: group[key] as SecretObject | undefined };
}

/** Whether the Secret's data is what its data-hash annotation says. */
export function hashIsTrue(secret: SecretObject): boolean {
  return secret.metadata.annotations?.[dataHashAnnotation] === dataHash(secretData(secret));
}

/** The refresh that the Secret carries. */
export function refreshIdOf(secret: SecretObject): string | undefined {
  return secret.metadata.annotations?.[refreshIdAnnotation];
}

/** What is known of the generated values that the Secret carries; undefined when it carries none. */
export function generatedOf(secret: SecretObject): GenerationFacts | undefined {
  const madeAt = timeOf(secret, generatedAtAnnotation);
  if (madeAt === undefined) return undefined;
  const renewAt = timeOf(secret, renewAtAnnotation);
  const states = secret.metadata.annotations?.[statesAnnotation] ?? '';
  return {
    madeAt,
    ...(renewAt === undefined ? {} : { renewAt }),
    states: states === '' ? [] : states.split(','),
  };
}

function timeOf({ metadata }: SecretObject, annotation: string): number | undefined {
  const time = Date.parse(metadata.annotations?.[annotation] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Status of the Ready condition. */
export function readyStatus(status: ExternalSecretStatus): string | undefined {
  return status.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

/** The store of an entry: its own, else the spec's. */
export function storeOf(world: World, key: string): StoreHandle | undefined {
  return world.stores.get(key)?.handle;
}

export { storeKey };
