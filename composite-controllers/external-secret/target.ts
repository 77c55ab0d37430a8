import type { JsonPatchOperation } from '../lib/json-patch.ts';
import { pointerSegment } from '../lib/json-patch.ts';
import type { SecretObject } from '../lib/objects.ts';
import type { Settings, TargetSecrets } from '../lib/ports.ts';
import type { SyncFailure } from './errors.ts';
import { controllerUidLabel } from './names.ts';
import type { World } from './world.ts';

const ownGroup = 'external-secrets.io/';

/** Whether a Secret that is not among the children may become one (design rule 4). */
export type Claim =
  | { readonly kind: 'free'; readonly live: SecretObject | undefined }
  | { readonly kind: 'refused'; readonly failure: SyncFailure }
  /** The Secret moved under our hands: ask again. */
  | { readonly kind: 'again' };

/**
 * Looks at the live Secret before the first write: Metacontroller would seize whatever has the name. Releases a
 * Secret from an earlier incarnation of the same ExternalSecret, by a patch that is guarded by resourceVersion.
 */
export async function claimTarget(world: World, secrets: TargetSecrets, { adopt }: Settings): Promise<Claim> {
  const live = await secrets.get(world.namespace, world.targetName);
  if (live === undefined) return { kind: 'free', live };
  const owners = live.metadata.ownerReferences ?? [];
  const index = owners.findIndex((owner) => owner.controller === true);
  const owner = owners[index];
  if (owner === undefined) {
    return adopt === 'always'
      ? { kind: 'free', live }
      : { kind: 'refused', failure: { code: 'AdoptionOff', detail: `Secret ${world.targetName} exists` } };
  }
  if (owner.uid === world.uid) return { kind: 'free', live };
  const isExternalSecret = owner.kind === 'ExternalSecret' && owner.apiVersion.startsWith(ownGroup);
  if (!isExternalSecret) {
    const detail = `Secret ${world.targetName} is controlled by ${owner.kind} ${owner.name}`;
    return { kind: 'refused', failure: { code: 'OwnedByController', detail } };
  }
  if (owner.name !== world.name) {
    const detail = `Secret ${world.targetName} belongs to ExternalSecret ${owner.name}`;
    return { kind: 'refused', failure: { code: 'OwnedByOther', detail } };
  }
  const result = await secrets.patch(world.namespace, world.targetName, [
    guard(live),
    { op: 'remove', path: `/metadata/ownerReferences/${index}` },
    ...(live.metadata.labels?.[controllerUidLabel] === undefined
      ? []
      : [{ op: 'remove' as const, path: `/metadata/labels/${pointerSegment(controllerUidLabel)}` }]),
  ]);
  return result.kind === 'patched' ? { kind: 'free', live: result.secret } : { kind: 'again' };
}

/** Removes data keys that somebody else put into an owned Secret, as ESO does; false when the Secret moved meanwhile. */
export async function removeForeignKeys(
  secrets: TargetSecrets,
  observed: SecretObject,
  keys: readonly string[],
): Promise<boolean> {
  const removals = keys.map(
    (key): JsonPatchOperation => ({ op: 'remove', path: `/data/${pointerSegment(key)}` }),
  );
  const { namespace = '', name } = observed.metadata;
  const result = await secrets.patch(namespace, name, [guard(observed), ...removals]);
  return result.kind === 'patched';
}

function guard(secret: SecretObject): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: secret.metadata.resourceVersion };
}
