import type { SecretObject } from '../lib/objects.ts';
import type { TargetSecrets } from '../lib/ports.ts';
import type { Memory } from './memory.ts';
import { noSecret } from './names.ts';
import type { World } from './world.ts';

/** A world to decide about; or caches that lag behind what is known, so that nothing may be said now. */
export type Gathered = { readonly kind: 'world'; readonly world: World } | { readonly kind: 'stale' };

const stale: Gathered = { kind: 'stale' };

/**
 * The world with its children as they are (design rules 1, 2, 4). What is stated again gets written: an old Secret out
 * of a lagging cache would force an old value back, come back from deletion, or be taken from its new owner. So observed
 * children are believed only while this process follows them; otherwise the live ones are asked for, by name.
 */
export async function gather(shown: World, memory: Memory, secrets: TargetSecrets): Promise<Gathered> {
  // The cache may not show yet what was answered last, or its write was lost: then it is answered again.
  const observed: World = { ...shown, status: memory.answered(shown) ?? shown.status };
  const { uid, namespace, targetName, problems } = observed;
  const sight = memory.sight(observed);
  if (sight === 'followed' && isPlain(observed, memory)) {
    memory.see(observed);
    return { kind: 'world', world: observed };
  }

  // A broken spec may name anything: it gets no Secret anyway.
  const isAsked = observed.target !== undefined || problems.length === 0;
  const live = isAsked ? await secrets.get(namespace, targetName) : undefined;
  const target = ownedBy(uid, live);
  // Somebody else's by now: to state it would take it back, to leave it out would delete it.
  if (observed.target !== undefined && live !== undefined && target === undefined) return stale;
  if (sight === 'older') {
    // Either a cache lags, or the API server was restored from an older state, and then the live Secret is older, too.
    if (target !== undefined && memory.isAsNew(uid, target)) return stale;
    memory.forget(uid);
  }

  const others: SecretObject[] = [];
  for (const { metadata } of observed.others) {
    const other = await secrets.get(namespace, metadata.name);
    const own = ownedBy(uid, other);
    if (own !== undefined) others.push(own);
    else if (other !== undefined) return stale;
  }
  const world: World = { ...observed, target, others };
  memory.see(world);
  return { kind: 'world', world };
}

/** Nothing is under way that caches may show late: no answer, no rename, no deletion. */
function isPlain({ uid, status, target, others }: World, memory: Memory): boolean {
  return (
    memory.pending(uid) === undefined &&
    others.length === 0 &&
    (target === undefined || status.refreshId !== noSecret)
  );
}

function ownedBy(uid: string, secret: SecretObject | undefined): SecretObject | undefined {
  const owner = secret?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.uid === uid ? secret : undefined;
}
