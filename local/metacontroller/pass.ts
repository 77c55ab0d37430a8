import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import type { ManageChildren } from './apply.ts';
import { addFinalizer, atomically, isConflict, isNotFound, removeFinalizer } from './atomic.ts';
import { claimChildren, controllerUidLabel } from './claim.ts';
import type { ControllerConfig } from './config.ts';
import { prefixed } from './errors.ts';
import { apiVersionOf, type Groups, groupOf, groupsToJson, insert } from './groups.ts';
import type { HookCall } from './hook-client.ts';
import type { Informer } from './informer.ts';
import type { Related } from './related.ts';
import { decodeSyncResponse, type SyncResponse } from './response.ts';
import { matchesLabels } from './selector.ts';

/** What a sync pass of one controller works with. */
export interface PassContext {
  /** The CompositeController as it was when the controller started. */
  readonly controller: KubeObject;
  readonly config: ControllerConfig;
  readonly parentType: ResourceType;
  readonly children: readonly Informer[];
  readonly api: KubeApi;
  readonly related: Related;
  readonly hooks: { readonly sync: HookCall; readonly finalize: HookCall | undefined };
  readonly manageChildren: ManageChildren;
  readonly signal: AbortSignal;
  /** Asks for another pass of the same parent after so many milliseconds. */
  readonly resyncAfter: (ms: number) => void;
}

const gcFinalizers = ['foregroundDeletion', 'orphan'];

/** True when the controller cares for a parent: its labels match, or it has our finalizer. */
export function isTarget({ parent, finalizer }: ControllerConfig, { metadata }: KubeObject): boolean {
  return (
    matchesLabels(parent.labelSelector, metadata.labels) || metadata.finalizers?.includes(finalizer) === true
  );
}

/** One sync pass over a cached parent (specification section 7.1, whose numbers are noted). Throws what makes the pass fail. */
export async function syncParent(context: PassContext, cached: KubeObject): Promise<void> {
  const { config, parentType, api } = context;
  const { kind } = parentType;
  const named = `${kind} ${cached.metadata.namespace ?? ''}/${cached.metadata.name}`;

  if (!isTarget(config, cached)) return; // 2
  let parent = await syncFinalizer(context, cached).catch((error: unknown) => {
    throw prefixed(`can't sync finalizer for ${named}`, error); // 3
  });
  if (!isTarget(config, parent)) return;

  const observed = await claim(context, parent); // 4
  const related = await context.related.objectsOf(parent); // 5
  const response = await callHook(context, parent, observed, related).catch((error: unknown) => {
    throw prefixed(`sync hook failed for ${named}`, error); // 6
  });
  const desired: Groups = new Map();
  insert(desired, response.children);

  if (response.resyncAfterSeconds > 0) context.resyncAfter(response.resyncAfterSeconds * 1000); // 7
  if (response.finalized) {
    parent = await removeFinalizer(api, parentType, parent, config.finalizer).catch((error: unknown) => {
      throw prefixed(`can't remove finalizer for ${named}`, error); // 8
    });
  }
  labelChildren(desired, parent.metadata.uid ?? ''); // 9

  let failure: Error | undefined;
  if (parent.metadata.deletionTimestamp === undefined || mayFinalize(config, parent)) {
    try {
      await context.manageChildren(api, parent, observed, desired); // 10
    } catch (error) {
      failure = prefixed(`can't reconcile children for ${named}`, error);
    }
  }
  try {
    await writeStatus(api, parentType, parent, response.status); // 11
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return;
    throw prefixed(`can't update status for ${named}`, error);
  }
  if (failure !== undefined) throw failure; // 12
}

async function syncFinalizer(
  { config, parentType, api }: PassContext,
  parent: KubeObject,
): Promise<KubeObject> {
  const present = parent.metadata.finalizers?.includes(config.finalizer) === true;
  const wanted = config.hooks.finalize !== undefined;
  if (present === wanted) return parent;
  if (!wanted) return removeFinalizer(api, parentType, parent, config.finalizer);
  if (parent.metadata.deletionTimestamp !== undefined) return parent;
  return addFinalizer(api, parentType, parent, config.finalizer);
}

function mayFinalize({ finalizer, hooks }: ControllerConfig, { metadata }: KubeObject): boolean {
  const finalizers = metadata.finalizers ?? [];
  return (
    hooks.finalize !== undefined &&
    finalizers.includes(finalizer) &&
    !finalizers.some((name) => gcFinalizers.includes(name))
  );
}

async function claim(context: PassContext, parent: KubeObject): Promise<Groups> {
  const groups: Groups = new Map();
  for (const children of context.children) {
    groupOf(groups, apiVersionOf(children.type), children.type.kind);
    insert(groups, await claimChildren(context.api, context.parentType, parent, children));
  }
  return groups;
}

async function callHook(
  context: PassContext,
  parent: KubeObject,
  children: Groups,
  related: Groups,
): Promise<SyncResponse> {
  const { config, controller, hooks, signal } = context;
  const leaving =
    parent.metadata.deletionTimestamp !== undefined ||
    !matchesLabels(config.parent.labelSelector, parent.metadata.labels);
  const finalizing = hooks.finalize !== undefined && leaving;
  const hook = finalizing ? 'finalize' : 'sync';
  const request = {
    controller,
    parent,
    children: groupsToJson(children),
    related: groupsToJson(related),
    finalizing,
  };
  try {
    const body = await (finalizing && hooks.finalize ? hooks.finalize : hooks.sync)(request, signal);
    const response = decodeSyncResponse(body, hook);
    for (const child of response.children) {
      child.metadata ??= { name: '' };
      if (!child.metadata.namespace && parent.metadata.namespace) {
        child.metadata.namespace = parent.metadata.namespace;
      }
    }
    return response;
  } catch (error) {
    throw prefixed(`${hook} hook failed (version=v2)`, error);
  }
}

/** Adds the label of the generated selector where it is absent; throws where the child sets another value. */
function labelChildren(desired: Groups, uid: string): void {
  for (const { objects } of desired.values()) {
    for (const { kind, metadata } of objects.values()) {
      const described = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
      const labels = metadata.labels ?? {};
      for (const [name, value] of Object.entries(labels)) {
        if (typeof value === 'string') continue;
        const found = `contains non-string value in the map under key "${name}"`;
        throw new Error(
          `invalid labels on desired child ${described}: .metadata.labels accessor error: ${found}`,
        );
      }
      if (!Object.hasOwn(labels, controllerUidLabel)) {
        metadata.labels = { ...labels, [controllerUidLabel]: uid };
      } else if (labels[controllerUidLabel] !== uid) {
        throw new Error(`labels on desired child ${described} don't match parent selector`);
      }
    }
  }
}

function writeStatus(
  api: KubeApi,
  type: ResourceType,
  parent: KubeObject,
  given: SyncResponse['status'],
): Promise<KubeObject> {
  const status = { ...given, observedGeneration: parent.metadata.generation ?? 0 };
  return atomically(api, type, parent, 'replaceStatus', (live) => {
    if (isDeepStrictEqual(live.status, status)) return false;
    live.status = status;
    return true;
  });
}
