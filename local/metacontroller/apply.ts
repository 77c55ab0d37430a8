import { createHash } from 'node:crypto';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { isConflict, isNotFound } from './atomic.ts';
import { ownerReference } from './claim.ts';
import type { Discovery } from './discovery.ts';
import { aggregate, prefixed } from './errors.ts';
import { type Group, type Groups, sortedGroups } from './groups.ts';

/** Brings the children of a parent to the desired set: deletes first, then applies (specification section 9.2). Throws all failures as one error, after everything was tried. */
export type ManageChildren = (
  api: KubeApi,
  parent: KubeObject,
  observed: Groups,
  desired: Groups,
) => Promise<void>;

interface Applied {
  readonly hash: string;
  readonly generation: number;
  readonly resourceVersion: string | undefined;
  readonly uid: string | undefined;
}

const lastAppliedAnnotation = 'metacontroller.k8s.io/last-applied-configuration';
const systemFields = [
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];

/** Returns server-side apply with method InPlace. Its memory of what was applied belongs to the process: share one between all controllers. */
export function createManageChildren(discovery: Discovery, fieldManager: string): ManageChildren {
  const memory = new Map<string, Applied>();

  const memoryKey = ({ group, kind }: ResourceType, { metadata }: KubeObject) =>
    `${group}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

  async function deleteUndesired(api: KubeApi, type: ResourceType, observed: Group, desired?: Group) {
    const failures: Error[] = [];
    for (const [key, object] of observed.objects) {
      const { namespace, name, uid, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined || desired?.objects.has(key)) continue;
      try {
        await api.remove(type, namespace, name, { ...(uid && { uid }), propagation: 'Background' });
        memory.delete(memoryKey(type, object));
      } catch (error) {
        const described = `${object.kind} ${namespace ? `${namespace}/` : ''}${name}`;
        if (!isNotFound(error)) failures.push(prefixed(`can't delete ${described}`, error));
      }
    }
    throwAll(failures);
  }

  async function applyOne(
    api: KubeApi,
    type: ResourceType,
    parent: KubeObject,
    observed: KubeObject | undefined,
    given: KubeObject,
  ): Promise<void> {
    if (observed?.metadata.deletionTimestamp !== undefined) return;
    const desired = toApply(given, parent);
    const { namespace, name } = desired.metadata;
    const key = memoryKey(type, desired);
    const hash = createHash('sha256').update(canonical(desired)).digest('hex');
    if (observed !== undefined) {
      if (isCurrent(memory.get(key), observed, hash)) return;
      if (observed.metadata.annotations?.[lastAppliedAnnotation] !== undefined) {
        const path = `/metadata/annotations/${lastAppliedAnnotation.replaceAll('/', '~1')}`;
        try {
          await api.jsonPatch(type, namespace, name, [{ op: 'remove', path }]);
        } catch (error) {
          if (isNotFound(error)) return;
          throw error;
        }
      }
    }
    try {
      const { metadata } = await api.apply(type, desired, { fieldManager, force: true });
      const { generation = 0, resourceVersion, uid } = metadata;
      memory.set(key, { hash, generation, resourceVersion, uid });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  async function applyDesired(
    api: KubeApi,
    type: ResourceType,
    parent: KubeObject,
    desired: Group,
    observed?: Group,
  ) {
    const failures: Error[] = [];
    for (const [key, object] of desired.objects) {
      try {
        await applyOne(api, type, parent, observed?.objects.get(key), object);
      } catch (error) {
        failures.push(error as Error);
      }
    }
    throwAll(failures);
  }

  return async (api, parent, observed, desired) => {
    const failures: Error[] = [];
    const attempt = async (group: Group, work: (type: ResourceType) => Promise<void>) => {
      try {
        await work(await discovery.byKind(group.apiVersion, group.kind));
      } catch (error) {
        failures.push(error as Error);
      }
    };
    const key = ({ apiVersion, kind }: Group) => `${kind}.${apiVersion}`;
    for (const group of sortedGroups(observed)) {
      await attempt(group, (type) => deleteUndesired(api, type, group, desired.get(key(group))));
    }
    for (const group of sortedGroups(desired)) {
      await attempt(group, (type) => applyDesired(api, type, parent, group, observed.get(key(group))));
    }
    throwAll(failures);
  };
}

/** Nothing to apply: the same desired object was applied, and the observed one is still what came out of it. */
function isCurrent(last: Applied | undefined, { metadata }: KubeObject, hash: string): boolean {
  const { uid, generation = 0, resourceVersion } = metadata;
  if (last === undefined || last.uid !== uid || last.hash !== hash || last.generation !== generation)
    return false;
  return generation !== 0 || last.resourceVersion === resourceVersion;
}

/** The object that is sent: owned by the parent, without what only the server may write. */
function toApply(given: KubeObject, parent: KubeObject): KubeObject {
  const { status: _, ...desired } = structuredClone(given);
  const metadata = desired.metadata as unknown as Record<string, unknown>;
  for (const field of systemFields) delete metadata[field];
  const { annotations } = desired.metadata;
  if (annotations !== undefined) delete annotations[lastAppliedAnnotation];
  const owner = ownerReference(parent);
  const owners = desired.metadata.ownerReferences ?? [];
  if (!owners.some(({ uid }) => uid === owner.uid)) desired.metadata.ownerReferences = [...owners, owner];
  if (!desired.metadata.name) throw new KubeApiError(0, '', 'name is required');
  return desired as KubeObject;
}

/** JSON with sorted names: the same text for the same content. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function throwAll(failures: readonly Error[]): void {
  const failure = aggregate(failures);
  if (failure !== undefined) throw failure;
}
