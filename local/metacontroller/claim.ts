import type { KubeObject, OwnerReference } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import { atomically, isNotFound } from './atomic.ts';
import { aggregate, prefixed } from './errors.ts';
import { controllerUid, type Informer } from './informer.ts';

/** The label by which a generated selector finds the children of a parent. */
export const controllerUidLabel = 'controller-uid';

/** The ownerReference that a parent's children carry. */
export function ownerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/**
 * The children of one type that are the parent's, out of the cache: owned ones that carry its label, and orphans that
 * carry it and are adopted now; owned ones that lost the label are released (specification section 8). Throws when an
 * adoption or release failed.
 */
export async function claimChildren(
  api: KubeApi,
  parentType: ResourceType,
  parent: KubeObject,
  children: Informer,
): Promise<KubeObject[]> {
  const { uid = '', namespace, deletionTimestamp } = parent.metadata;
  const { type } = children;
  const within = parentType.namespaced ? namespace : undefined;
  const matches = ({ metadata }: KubeObject) => metadata.labels?.[controllerUidLabel] === uid;
  const describe = ({ metadata }: KubeObject) => `${type.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  let adoptable: Promise<void> | undefined;

  /** Once a pass: the live parent is still this one and alive. */
  async function checkParent(): Promise<void> {
    const path = `${namespace ?? ''}/${parent.metadata.name}`;
    const live = await api.get(parentType, namespace, parent.metadata.name).catch((error: unknown) => {
      throw prefixed("can't recheck DeletionTimestamp", error);
    });
    if (live.metadata.uid !== uid) {
      throw new Error(
        `can't recheck DeletionTimestamp: original ${parentType.kind} ${path} is gone: got uid ${live.metadata.uid}, wanted ${uid}`,
      );
    }
    const deleted = live.metadata.deletionTimestamp;
    if (deleted !== undefined) throw new Error(`${path} has just been deleted at ${deleted}`);
  }

  async function adopt(child: KubeObject): Promise<void> {
    adoptable ??= checkParent();
    await adoptable.catch((error: unknown) => {
      throw prefixed(`can't adopt ${describe(child)} (${child.metadata.uid})`, error);
    });
    await atomically(api, type, child, 'replace', ({ metadata }) => {
      const others = (metadata.ownerReferences ?? []).filter((ref) => ref.uid !== uid);
      metadata.ownerReferences = [...others, ownerReference(parent)];
      return true;
    });
  }

  async function release(child: KubeObject): Promise<void> {
    await atomically(api, type, child, 'replace', ({ metadata }) => {
      metadata.ownerReferences = (metadata.ownerReferences ?? []).filter((ref) => ref.uid !== uid);
      return true;
    });
  }

  async function claim(child: KubeObject): Promise<boolean> {
    if (controllerUid(child) !== undefined) {
      if (matches(child)) return true;
      if (deletionTimestamp === undefined) await release(child);
      return false;
    }
    if (deletionTimestamp !== undefined || !matches(child)) return false;
    if (child.metadata.deletionTimestamp !== undefined) return false;
    await adopt(child);
    return true;
  }

  const claimed: KubeObject[] = [];
  const failures: Error[] = [];
  for (const child of [...children.ownedBy(uid, within), ...children.orphans(within)]) {
    try {
      if (await claim(child)) claimed.push(child);
    } catch (error) {
      if (!isNotFound(error)) failures.push(error as Error);
    }
  }
  const failure = aggregate(failures);
  if (failure !== undefined) throw prefixed(`can't claim ${type.kind} children`, failure);
  return claimed;
}
