import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { KubeApiError } from '../../server/kube-api.ts';
import type { Action, BackendAction } from './format.ts';
import { milliseconds } from './format.ts';
import { placeOf, recordedKinds, typeOfManifest } from './kinds.ts';
import { substitute } from './substitute.ts';
import type { Backend, World } from './world.ts';

/** Where the actions of a scenario happen. */
export interface Stage {
  readonly world: World;
  readonly namespace: string;
  readonly backend: Backend | undefined;
}

/** Does what one entry of `do` says, and waits until the recorder has seen it: what was before proves nothing. */
export async function perform(action: Action, stage: Stage): Promise<void> {
  const { world, namespace } = stage;
  const { apply, patch, edit, backend, restart, admission, wait } = action;
  if (apply !== undefined) await recorded(await applyManifest(apply, stage), world);
  if (patch !== undefined) await recorded(await patchObject(patch, stage), world);
  if (edit !== undefined) await recorded(await editSecret(edit, stage), world);
  if (action.delete !== undefined) await deleteObject(action.delete, stage);
  if (backend !== undefined) await tellBackend(backend, backendOf(stage));
  if (restart !== undefined) {
    if (restart !== 'driver') await world.hook.restart();
    if (restart !== 'hook') await world.driver.restart();
  }
  if (admission !== undefined) {
    await (admission.deny === undefined ? world.admitSecrets(namespace) : world.refuseSecrets(namespace));
  }
  if (wait !== undefined) await sleep(milliseconds(wait));
}

/** Server-side apply as a user does it. */
export async function applyManifest(
  manifest: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } },
  { world, namespace }: Pick<Stage, 'world' | 'namespace'>,
): Promise<KubeObject> {
  const api = world.as('kubectl');
  const uids = new Map<string, string>();
  for (const [, name = '', ref = ''] of JSON.stringify(manifest).matchAll(/\$\{(uid\.([^}]+))\}/g)) {
    const owner = placeOf(ref, namespace);
    uids.set(name, (await api.get(owner.type, owner.namespace, owner.name)).metadata.uid ?? '');
  }
  const { metadata, ...rest } = substitute(manifest, (name) => uids.get(name));
  const type = typeOfManifest(manifest);
  const object = {
    ...rest,
    metadata: { ...(type.namespaced ? { namespace } : {}), ...metadata },
  } as KubeObject;
  return api.apply(type, object, { fieldManager: 'kubectl', force: true });
}

async function patchObject(
  { object, merge, json = [] }: NonNullable<Action['patch']>,
  { world, namespace }: Stage,
): Promise<KubeObject> {
  const { type, namespace: within, name } = placeOf(object, namespace);
  const api = world.as('kubectl');
  return merge === undefined
    ? api.jsonPatch(type, within, name, json)
    : api.mergePatch(type, within, name, merge);
}

/** An update of the whole object, as `kubectl edit` makes it; a null value removes the key. */
async function editSecret(
  { object, data }: NonNullable<Action['edit']>,
  { world, namespace }: Stage,
): Promise<KubeObject> {
  const { type, namespace: within, name } = placeOf(object, namespace);
  const api = world.as('kubectl-edit');
  for (let attempt = 1; ; attempt++) {
    const secret = (await api.get(type, within, name)) as SecretObject;
    const edited = { ...secret.data };
    for (const [key, value] of Object.entries(data)) {
      if (value === null) delete edited[key];
      else edited[key] = Buffer.from(value).toString('base64');
    }
    try {
      return await api.replace(type, { ...secret, data: edited });
    } catch (error) {
      const isConflict = error instanceof KubeApiError && error.status === 409;
      if (!isConflict || attempt === 5) throw error;
    }
  }
}

async function deleteObject(ref: string, { world, namespace }: Stage): Promise<void> {
  const { kind, type, namespace: within, name } = placeOf(ref, namespace);
  const api = world.as('kubectl');
  const { uid } = (await api.get(type, within, name)).metadata;
  await api.remove(type, within, name);
  const isSeen = () => {
    const now = world.recorder.get(kind, within, name)?.metadata;
    return now?.uid !== uid || now?.deletionTimestamp !== undefined;
  };
  while (!isSeen()) await world.recorder.next(100);
}

async function recorded({ kind, metadata }: KubeObject, { recorder }: World): Promise<void> {
  if (!recordedKinds.some((recordedKind) => recordedKind === kind)) return;
  while (recorder.revision(kind) < BigInt(metadata.resourceVersion ?? 0)) await recorder.next(100);
}

async function tellBackend(action: BackendAction, backend: Backend): Promise<void> {
  for (const [key, value] of Object.entries(action.write ?? {})) await backend.write(key, value);
  if (action.delete !== undefined) await backend.remove(action.delete);
  if (action.deny !== undefined) await backend.deny(action.deny);
  if (action.fail !== undefined) backend.fail(action.fail);
  if (action.heal !== undefined) await backend.heal();
}

function backendOf({ backend }: Stage): Backend {
  if (backend === undefined) throw new Error('a scenario with a backend says "needs: [vault]"');
  return backend;
}
