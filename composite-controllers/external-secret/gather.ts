import { createdByLabel, noSecret } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import type { TargetSecrets } from '../lib/ports.ts';
import { createdBy } from './desired.ts';
import type { Memory } from './memory.ts';
import { controllerOf } from './ownership.ts';
import { routeOf } from './policy.ts';
import { isMadeFromLater } from './refresh.ts';
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
  const { uid, namespace, targetName } = observed;
  const sight = memory.sight(observed);
  if (sight === 'followed' && isPlain(observed, memory)) {
    memory.see(observed);
    return { kind: 'world', world: observed };
  }

  // A broken spec may name anything: it gets no Secret anyway. What is no child is looked at when it is to be written.
  const isAsked =
    observed.target !== undefined || (observed.problems().length === 0 && routeOf(observed) === 'child');
  const live = isAsked ? await secrets.get(namespace, targetName) : undefined;
  const target = ifOurs(observed, live);
  // Somebody else's by now: to state it would take it back, to leave it out would delete it.
  if (observed.target !== undefined && live !== undefined && target === undefined) return stale;
  if (target !== undefined && isMadeFromLater(observed, target)) return stale;
  if (sight === 'older' || sight === 'older target') {
    // A cache lags; or the API server was restored from an older state, and then the live Secret is older, too.
    if (target === undefined ? sight === 'older' : memory.isAsNew(uid, target)) return stale;
    memory.forget(uid);
  }

  const others: SecretObject[] = [];
  for (const { metadata } of observed.others) {
    const other = await secrets.get(namespace, metadata.name);
    const own = ifOurs(observed, other);
    if (own === undefined ? other !== undefined : isMadeFromLater(observed, own)) return stale;
    if (own !== undefined) others.push(own);
  }
  const world: World = { ...observed, target, others };
  memory.see(world, observed.target);
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

/** Metacontroller lets go of a child that lost its label; one that says that we made it is still ours then. */
function ifOurs(world: World, secret: SecretObject | undefined): SecretObject | undefined {
  const owner = controllerOf(secret);
  const isOurs =
    owner === undefined
      ? secret?.metadata.labels?.[createdByLabel] === createdBy(world)
      : owner.uid === world.uid;
  return isOurs ? secret : undefined;
}
