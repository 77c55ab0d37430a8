import type { SecretMap } from '../../providers/kit/provider.ts';
import { fieldManager } from '../lib/field-manager.ts';
import { inputsAnnotation, noSecret } from '../lib/names.ts';
import type { KubeObject, OwnerReference } from '../lib/objects.ts';
import { kubernetesStatus } from '../lib/ports.ts';
import { readPieces, runPieces } from '../secret-template/run.ts';
import type { Attempt, Refreshing } from './attempt.ts';
import { recordChange } from './audit.ts';
import type { SyncFailure } from './errors.ts';
import { inputsOf } from './kept-content.ts';
import { kindOf, manifestObject, manifestPieces } from './manifest.ts';
import { isExternalSecret, isOurs } from './ownership.ts';
import { mergesInto } from './policy.ts';
import type { World } from './world.ts';

/**
 * A target of another kind (spec core 1.11), by the hook's own server-side apply under ESO's field manager, bound to the
 * state that it has looked at. Nothing watches it: what others change in it is restored with the next refresh.
 */
export async function writeManifest(refreshing: Refreshing, values: SecretMap): Promise<Attempt> {
  const { world, deps } = refreshing;
  if (world.creationPolicy === 'None') return synced(refreshing, 'SecretSynced', 'secret synced');
  return guarded(refreshing, async () => {
    const live = await look(world, deps);
    if ('code' in live) return refreshing.fail(live);
    if (live.object === undefined && world.creationPolicy === 'Merge')
      return synced(refreshing, 'SecretMissing', 'resource will not be created due to CreationPolicy=Merge');
    return apply(refreshing, live.object, values);
  });
}

/** The backend stated for every entry that there is nothing, and deletionPolicy is Delete: what is ours goes. */
export async function removeManifest(refreshing: Refreshing): Promise<Attempt> {
  const { world, deps } = refreshing;
  return guarded(refreshing, async () => {
    const live = await look(world, deps);
    if ('code' in live) return refreshing.fail(live);
    const owner = controllerOf(live.object);
    if (live.object !== undefined && owner !== undefined && isOurs(world, owner)) {
      await deps.objects.remove(live.object);
      const { kind } = kindOf(world);
      recordChange(deps, world, 'Deleted', `Deleted ${kind} ${world.targetName}`, undefined);
    }
    return synced(refreshing, 'SecretDeleted', 'secret deleted due to DeletionPolicy=Delete');
  });
}

async function apply(
  refreshing: Refreshing,
  live: KubeObject | undefined,
  values: SecretMap,
): Promise<Attempt> {
  const { world, deps, fail } = refreshing;
  const template = world.spec.target?.template;
  const read = template === undefined ? undefined : await readPieces(world.namespace, template, deps);
  if (read?.kind === 'failed') return fail(read.failure);
  const pieces = manifestPieces(read?.pieces ?? []);

  // Of what is random in it, the live object may carry the result already. When owners change it is made anew with them.
  const inputs = template === undefined ? [] : inputsOf(world, deps.settings, pieces, values);
  const fingerprints = deps.fingerprints.of(inputs);
  const carried = live?.metadata.annotations?.[inputsAnnotation];
  const isMade = carried !== undefined && fingerprints.includes(carried);
  if (isMade && isOwnedAsSaid(world, live)) return inPlace(refreshing);

  const done = await runPieces(world.namespace, pieces, values, world.now, deps);
  if (done.kind === 'again') return done;
  if (done.kind === 'failed') return fail(done.failure);
  const made = manifestObject(world, live, values, pieces, done.results);
  if (made.kind === 'failed') return fail(made.failure);
  const object = boundTo(live, made.object);
  if (done.random && fingerprints[0] !== undefined)
    object.metadata.annotations = { ...object.metadata.annotations, [inputsAnnotation]: fingerprints[0] };
  // Whoever asked has gone, and may have asked somebody else meanwhile.
  if (deps.signal.aborted) return { kind: 'again', seconds: 1 };
  const result = await deps.objects.apply(object, fieldManager(world.name));
  if (result.kind === 'conflict') return { kind: 'again', seconds: 1 };
  const what = `${made.object.kind} ${world.targetName}`;
  if (live === undefined) recordChange(deps, world, 'Created', `Created ${what}`, refreshing.refresh.id);
  else if (result.object.metadata.resourceVersion !== live.metadata.resourceVersion)
    recordChange(deps, world, 'Updated', `Updated ${what}`, refreshing.refresh.id);
  return inPlace(refreshing);
}

/** Whether the object is ours where it has to be, and nowhere else. */
function isOwnedAsSaid(world: World, live: KubeObject | undefined): boolean {
  const owner = controllerOf(live);
  return (owner !== undefined && isOurs(world, owner)) === (world.creationPolicy === 'Owner');
}

/** The object as it is, when it may be written. */
async function look(
  world: World,
  { objects, settings }: Refreshing['deps'],
): Promise<{ readonly object: KubeObject | undefined } | SyncFailure> {
  const { namespace, targetName: name } = world;
  const kind = kindOf(world);
  const scope = await objects.scope(kind);
  if (scope !== 'namespaced')
    return {
      code: 'GenericKind',
      detail: `${kind.apiVersion} ${kind.kind} is ${scope === 'cluster' ? 'no kind of a namespace' : 'not served'}`,
    };
  const object = await objects.get(kind, namespace, name);
  const owner = controllerOf(object);
  if (object === undefined || (owner !== undefined && isOurs(world, owner))) return { object };
  if (owner !== undefined && isExternalSecret(owner))
    return { code: 'OwnedByOther', detail: `${kind.kind} ${name} belongs to ExternalSecret ${owner.name}` };
  if (mergesInto(world)) return { object };
  if (owner !== undefined)
    return {
      code: 'OwnedByController',
      detail: `${kind.kind} ${name} is controlled by ${owner.kind} ${owner.name}`,
    };
  const isApplied = object.metadata.managedFields?.some(
    ({ manager }) => manager === fieldManager(world.name),
  );
  return settings.adopt === 'always' || isApplied === true
    ? { object }
    : { code: 'AdoptionOff', detail: `${kind.kind} ${name} exists` };
}

/** A refusal of the API server is told by its status; its words may quote the object. */
async function guarded({ world, fail }: Refreshing, step: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await step();
  } catch (error) {
    const status = kubernetesStatus(error);
    if (status === undefined || status < 400 || status >= 500) throw error;
    const code = status === 401 || status === 403 ? 'GenericDenied' : 'WriteRefused';
    return fail({ code, detail: `HTTP ${status} for ${kindOf(world).kind} ${world.targetName}` });
  }
}

function inPlace(refreshing: Refreshing): Attempt {
  return synced(refreshing, 'SecretSynced', 'secret synced', refreshing.facts);
}

function synced(
  { readAt }: Refreshing,
  reason: 'SecretSynced' | 'SecretDeleted' | 'SecretMissing',
  message: string,
  generated?: Refreshing['facts'],
): Attempt {
  return {
    kind: 'answer',
    child: undefined,
    // There is no Secret of ours, whatever else there is.
    outcome: { kind: 'Synced', reason, message, readAt, refreshId: noSecret, binding: 'unbound', generated },
  };
}

/** The object, to be applied to that very state of the live one. */
function boundTo(live: KubeObject | undefined, object: KubeObject): KubeObject {
  if (live === undefined) return object;
  const { uid = '', resourceVersion = '' } = live.metadata;
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
}

function controllerOf(object: KubeObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller === true);
}
