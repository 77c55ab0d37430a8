import type { SecretMap } from '../../providers/kit/provider.ts';
import { rfc3339 } from '../lib/conditions.ts';
import { dataHash, objectHash } from '../lib/hash.ts';
import {
  controllerUidLabel,
  createdByLabel,
  dataHashAnnotation,
  generatedAtAnnotation,
  managedLabel,
  refreshIdAnnotation,
  renewAtAnnotation,
  statesAnnotation,
} from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { nothing, type OwnedFields, ownedFields } from '../lib/owned-fields.ts';
import { encodeData, isSecretKey, secretData } from '../lib/secret-data.ts';
import type { Content } from '../secret-template/content.ts';
import type { SyncFailure } from './errors.ts';
import type { GenerationFacts } from './generate.ts';
import { mergesInto, routeOf, writerOf } from './policy.ts';
import type { World } from './world.ts';

/** A Kubernetes Secret's values together, in bytes (the API server's MaxSecretSize). */
const maxSecretBytes = 1_048_576;

/** A Secret that is to be. */
export interface DesiredSecret {
  /** What is stated of it, by us. */
  readonly secret: SecretObject;
  /** All that it holds then: under Merge and CreateOrMerge also what others put there. */
  readonly data: SecretMap;
}

/** The Secret that the content makes, or why it can make none. */
export type Desired =
  | ({ readonly kind: 'secret' } & DesiredSecret)
  | { readonly kind: 'failed'; readonly failure: SyncFailure };

/** What a Secret says of the refresh that made it. */
export interface Mark {
  readonly id: string;
  /** Absent: nothing in it was generated. */
  readonly facts?: GenerationFacts | undefined;
}

/** The desired Secret, as spec core 1.8 builds it over the existing one, carrying the refresh that made it. */
export function desiredSecret(
  world: World,
  content: Content,
  existing: SecretObject | undefined,
  mark: Mark,
): Desired {
  const owned = (existing && ownedFields(existing, writerOf(world))) ?? nothing;
  // An immutable target keeps the content that it has.
  const isFrozen = existing !== undefined && world.spec.target?.immutable === true;
  const { data: own, labels, annotations, ...rest } = isFrozen ? asItIs(world, existing, owned) : content;
  // A type that is no longer asked for stays: it could not go.
  const type = rest.type ?? (owned.type ? existing?.type : undefined);
  const finalizers = addable(rest.finalizers ?? [], existing);
  const data = new Map([...othersData(world, existing, owned), ...own]);
  const failure = impossible(data, world);
  if (failure !== undefined) return { kind: 'failed', failure };
  const isImmutable =
    world.spec.target?.immutable === true || (existing?.immutable === true && owned.immutable);
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    ...(type === undefined ? {} : { type }),
    ...(isImmutable ? { immutable: true } : {}),
    metadata: {
      name: world.targetName,
      namespace: world.namespace,
      labels: {
        ...labels,
        [managedLabel]: 'true',
        ...(routeOf(world) === 'child' ? { [createdByLabel]: createdBy(world) } : {}),
      },
      annotations: { ...annotations, [dataHashAnnotation]: dataHash(data), ...markAnnotations(mark) },
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
    // An apply that no longer states the map takes along what in it is nobody's.
    ...(own.size === 0 && !mergesInto(world) ? {} : { data: encodeData(own) }),
  };
  return { kind: 'secret', secret, data };
}

function markAnnotations({ id, facts }: Mark): Record<string, string> {
  return {
    [refreshIdAnnotation]: id,
    ...(facts === undefined ? {} : { [generatedAtAnnotation]: rfc3339(facts.madeAt) }),
    ...(facts?.renewAt === undefined ? {} : { [renewAtAnnotation]: rfc3339(facts.renewAt) }),
    ...(facts === undefined || facts.states.length === 0
      ? {}
      : { [statesAnnotation]: facts.states.join(',') }),
  };
}

/** Kubernetes adds no finalizer to what is being deleted. */
function addable(finalizers: readonly string[], existing: SecretObject | undefined): string[] {
  const isGoing = existing?.metadata.deletionTimestamp !== undefined;
  return finalizers.filter((name) => !isGoing || existing.metadata.finalizers?.includes(name) === true);
}

/** The content of a Secret that may not change. */
function asItIs(world: World, existing: SecretObject, owned: OwnedFields): Content {
  const { labels, annotations } = existing.metadata;
  const of = (map: Readonly<Record<string, string>> | undefined, names: ReadonlySet<string>) =>
    Object.fromEntries(
      Object.entries(map ?? {}).filter(
        ([key]) => names.has(key) && key !== controllerUidLabel && key !== createdByLabel,
      ),
    );
  const data = secretData(existing);
  return {
    data: mergesInto(world) ? new Map([...data].filter(([key]) => owned.data.has(key))) : data,
    labels: of(labels, owned.labels),
    annotations: of(annotations, owned.annotations),
    finalizers: (existing.metadata.finalizers ?? []).filter((name) => owned.finalizers.has(name)),
  };
}

/** What the target keeps of others. */
function othersData(world: World, existing: SecretObject | undefined, owned: OwnedFields): SecretMap {
  if (existing === undefined || !mergesInto(world)) return new Map();
  const writer = writerOf(world);
  const others = ownedFields(existing, (entry) => !writer(entry)) ?? nothing;
  return new Map([...secretData(existing)].filter(([key]) => !owned.data.has(key) || others.data.has(key)));
}

/** Why there can be no Secret with this data, before it is sent. */
function impossible(data: SecretMap, world: World): SyncFailure | undefined {
  const refused = [...data.keys()].find((key) => !isSecretKey(key));
  if (refused !== undefined)
    return { code: 'KeyRefused', detail: `"${refused}" cannot be a key of a Secret` };
  const size = [...data.values()].reduce((sum, value) => sum + value.byteLength, 0);
  return size > maxSecretBytes ? { code: 'TooLarge', detail: describeSize(data, size, world) } : undefined;
}

/** Value of the created-by label: which ExternalSecret made the Secret (spec core 0.2). */
export function createdBy({ namespace, name }: Pick<World, 'namespace' | 'name'>): string {
  return objectHash(`${namespace}/${name}`);
}

/** Keys that templates have rendered may hold values, so they are not told. */
function describeSize(data: SecretMap, size: number, { spec }: World): string {
  const what = `the values take ${size} bytes, more than ${maxSecretBytes}`;
  if ((spec.target?.template?.templateFrom ?? []).length > 0) return what;
  const biggest = [...data]
    .sort(([, a], [, b]) => b.byteLength - a.byteLength)
    .slice(0, 3)
    .map(([key, value]) => `${key} (${value.byteLength} bytes)`);
  return `${what}; the biggest: ${biggest.join(', ')}`;
}
