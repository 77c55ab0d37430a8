import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { ClusterNamespaces, TargetObjects } from '../lib/ports.ts';
import type { FanOutKind } from './kind.ts';
import { isSelected } from './namespaces.ts';
import { isTerminating, namespaceOf, type World } from './world.ts';

/** How it stands, live, in a namespace that the caches alone must not decide about. */
export type Finding =
  /** Nothing has the name, or what has it is ours: the child may be stated. */
  | 'free'
  /** The name is somebody else's. */
  | 'taken'
  /** It is of a former parent of our name, and about to go with it. */
  | 'passing'
  /** The namespace is selected no more, or gone. */
  | 'left';

/** So many looks at once and in one pass; what is left over comes with the next. */
const atOnce = 16;
const most = 1_000;

/**
 * Looks before anything is written or left out (design rules 1, 4): Metacontroller would seize any object of the
 * child's name, and delete each child that isn't stated. Rejects when the API server does not tell: then nothing may
 * happen.
 */
export async function survey(
  world: World,
  kind: FanOutKind,
  ports: { readonly objects: Pick<TargetObjects, 'get'>; readonly namespaces: ClusterNamespaces },
): Promise<ReadonlyMap<string, Finding>> {
  const { selected, children, others, template } = world;
  const unseen = [...selected.values()]
    .filter((namespace) => !isTerminating(namespace) && !children.has(namespace.metadata.name))
    .map(({ metadata }) => metadata.name);
  const leaving = [...new Set([...children.keys(), ...others.map(namespaceOf)])].filter(
    (name) => !selected.has(name),
  );

  const found = new Map<string, Finding>();
  await mapConcurrently(leaving.slice(0, most), atOnce, async (name) => {
    const live = await ports.namespaces.get(name);
    if (live === undefined || !isSelected(world.selection, live)) found.set(name, 'left');
  });
  await mapConcurrently(unseen.slice(0, most), atOnce, async (name) => {
    const live = await ports.objects.get(kind.child, name, template.name);
    found.set(name, live === undefined ? 'free' : ownership(world, kind, live));
  });
  return found;
}

/** Whose an object is that has the child's name and isn't among the children. */
function ownership({ parent, status, template }: World, kind: FanOutKind, live: KubeObject): Finding {
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) {
    if (owner.uid === parent.metadata.uid) return 'free';
    const isNamesake = owner.kind === kind.kind && owner.name === parent.metadata.name;
    return isNamesake ? 'passing' : 'taken';
  }
  // One that lost its label was released by Metacontroller, and so is each that ESO has made: it is ours by the record.
  const isRecorded =
    (status as Readonly<Record<string, unknown>>)[kind.nameField] === template.name &&
    status.provisionedNamespaces?.includes(namespaceOf(live)) === true;
  return isRecorded ? 'free' : 'taken';
}
