import { type JsonPatchOperation, pointerSegment } from '../lib/json-patch.ts';
import type { SecretObject } from '../lib/objects.ts';
import type { Settings, TargetSecrets } from '../lib/ports.ts';
import type { SyncFailure } from './errors.ts';
import {
  controllerOf,
  guard,
  isExternalSecret,
  isOurAlone,
  isOurs,
  releasePatch,
  takeoverPatch,
} from './ownership.ts';
import { mergesInto, routeOf } from './policy.ts';
import { isMadeFromLater } from './refresh.ts';
import type { World } from './world.ts';

/** A Secret that exists, after a patch of it: or it moved under our hands, so ask again. */
export type Hold = { readonly kind: 'free'; readonly live: SecretObject } | { readonly kind: 'again' };

/** Whether a Secret that is not among the children may be written (design rule 4). */
export type Claim =
  | Hold
  | { readonly kind: 'free'; readonly live: undefined }
  | { readonly kind: 'refused'; readonly failure: SyncFailure };

/**
 * Looks at the live Secret before the first write: Metacontroller would seize whatever has the name. What an earlier
 * ExternalSecret of the same name, the hook itself or ESO has written changes hands whole.
 */
export async function claimTarget(world: World, secrets: TargetSecrets, settings: Settings): Promise<Claim> {
  const live = await secrets.get(world.namespace, world.targetName);
  if (live === undefined) return { kind: 'free', live };
  if (isMadeFromLater(world, live)) return { kind: 'again' };
  const failure = untouchable(world, live, settings);
  if (failure !== undefined) return { kind: 'refused', failure };
  if (routeOf(world) !== 'child') return handedOver(secrets, live, releasePatch(world, live));
  const owner = controllerOf(live);
  const isOfNamesake = owner !== undefined && owner.uid !== world.uid;
  const released = await handedOver(secrets, live, isOfNamesake ? releasePatch(world, live) : undefined);
  return released.kind === 'again' ? released : takeOver(world, secrets, released.live);
}

/** Makes what the hook or ESO has written of the target Metacontroller's own. */
export function takeOver(world: World, secrets: TargetSecrets, live: SecretObject): Promise<Hold> {
  return handedOver(secrets, live, takeoverPatch(world, live));
}

/** Removes data keys that somebody else put into a Secret that is ours alone, as ESO does. */
export function removeForeignKeys(
  secrets: TargetSecrets,
  observed: SecretObject,
  keys: readonly string[],
): Promise<Hold> {
  const removals = keys.map(
    (key): JsonPatchOperation => ({ op: 'remove', path: `/data/${pointerSegment(key)}` }),
  );
  return handedOver(secrets, observed, keys.length === 0 ? undefined : [guard(observed), ...removals]);
}

async function handedOver(
  secrets: TargetSecrets,
  live: SecretObject,
  patch: readonly JsonPatchOperation[] | undefined,
): Promise<Hold> {
  if (patch === undefined) return { kind: 'free', live };
  const { namespace = '', name } = live.metadata;
  const result = await secrets.patch(namespace, name, patch);
  return result.kind === 'patched' ? { kind: 'free', live: result.secret } : { kind: 'again' };
}

/** Why a Secret is none of this ExternalSecret's business. */
function untouchable(world: World, live: SecretObject, { adopt }: Settings): SyncFailure | undefined {
  const owner = controllerOf(live);
  const name = world.targetName;
  if (owner !== undefined && isOurs(world, owner)) return undefined;
  if (owner !== undefined && isExternalSecret(owner))
    return { code: 'OwnedByOther', detail: `Secret ${name} belongs to ExternalSecret ${owner.name}` };
  // Its keys may be added to whatever there is.
  if (mergesInto(world)) return undefined;
  if (owner !== undefined)
    return {
      code: 'OwnedByController',
      detail: `Secret ${name} is controlled by ${owner.kind} ${owner.name}`,
    };
  return adopt === 'always' || isOurAlone(world, live)
    ? undefined
    : { code: 'AdoptionOff', detail: `Secret ${name} exists` };
}
