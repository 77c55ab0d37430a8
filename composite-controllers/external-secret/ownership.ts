import { fieldManager } from '../lib/field-manager.ts';
import { type JsonPatchOperation, pointerSegment } from '../lib/json-patch.ts';
import { handOver } from '../lib/managed-fields.ts';
import { controllerUidLabel, createdByLabel } from '../lib/names.ts';
import type { ManagedFields, OwnerReference, SecretObject } from '../lib/objects.ts';
import { applier, metacontroller, ownedFields, type Writer } from '../lib/owned-fields.ts';
import { createdBy } from './desired.ts';
import type { World } from './world.ts';

/**
 * A Secret is either Metacontroller's child or the hook's own (design rule 3). It changes hands whole, by one patch: the
 * marks of a child, and who owns which field, so that the new writer's next apply drops what is no longer wanted.
 * `undefined` where there is nothing to change.
 */
type Handover = readonly JsonPatchOperation[] | undefined;

/** What Metacontroller is called in managedFields unless it was told otherwise. */
const usualManager = 'metacontroller';
const ownGroup = 'external-secrets.io/';

/** From Metacontroller, and from ESO, to the hook. */
export function releasePatch(world: World, live: SecretObject): Handover {
  const { labels = {}, ownerReferences = [], managedFields = [] } = live.metadata;
  const own = ownerReferences.filter((owner) => isOurs(world, owner));
  const uids = new Set([world.uid, ...own.map(({ uid }) => uid)]);
  const isLabelled = uids.has(labels[controllerUidLabel] ?? '');
  const isMade = labels[createdByLabel] === createdBy(world);
  const wasChild = own.length > 0 || isLabelled || isMade;
  const former: Writer = (entry) => isEso(world, entry) || (wasChild && isMetacontrollers(entry));
  return guarded(live, [
    ...ownerReferences
      .map((owner, index) => ({ owner, index }))
      .filter(({ owner }) => own.includes(owner))
      .reverse()
      .map(({ index }) => remove(`/metadata/ownerReferences/${index}`)),
    ...(isLabelled ? [remove(labelPath(controllerUidLabel))] : []),
    ...(isMade ? [remove(labelPath(createdByLabel))] : []),
    ...rewritten(handOver(managedFields, former, fieldManager(world.name))),
  ]);
}

/** From the hook, and from ESO, to Metacontroller, before it is told to write the child. */
export function takeoverPatch(world: World, live: SecretObject): Handover {
  const { labels, managedFields = [] } = live.metadata;
  const former: Writer = (entry) => isEso(world, entry) || isHooks(world, entry) || metacontroller(entry);
  const heirs = handOver(managedFields, former, managerOf(managedFields), ownLabel);
  if (heirs === undefined) return undefined;
  // By this label Metacontroller knows its children, and we know its entry.
  return guarded(live, [
    ...(labels === undefined ? [{ op: 'add', path: '/metadata/labels', value: {} } as const] : []),
    { op: 'add', path: labelPath(controllerUidLabel), value: world.uid },
    ...rewritten(heirs),
  ]);
}

/** Whether a Secret that nobody controls holds nothing but what this ExternalSecret has written. */
export function isOurAlone(world: World, live: SecretObject): boolean {
  const own = ownedFields(live, (entry) => isEso(world, entry) || isHooks(world, entry));
  return own !== undefined && Object.keys(live.data ?? {}).every((key) => own.data.has(key));
}

/** Whether the owner is this ExternalSecret, or one that had its name before. */
export function isOurs(world: World, { uid, kind, apiVersion, name }: OwnerReference): boolean {
  return uid === world.uid || (isExternalSecret({ kind, apiVersion }) && name === world.name);
}

export function isExternalSecret({ kind, apiVersion }: Pick<OwnerReference, 'kind' | 'apiVersion'>): boolean {
  return kind === 'ExternalSecret' && apiVersion.startsWith(ownGroup);
}

/** The owner that controls a Secret. */
export function controllerOf(secret: SecretObject | undefined): OwnerReference | undefined {
  return secret?.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The `test` that binds a patch to the state of a Secret that it was made for. */
export function guard(secret: SecretObject): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: secret.metadata.resourceVersion };
}

/** What ESO calls itself when it writes this ExternalSecret's target; it does not apply (spec core 0.3). */
function isEso({ name }: World, { manager, operation, subresource }: ManagedFields): boolean {
  return manager === fieldManager(name) && operation === 'Update' && !subresource;
}

function isHooks({ name }: World, entry: ManagedFields): boolean {
  return applier(fieldManager(name))(entry);
}

/** Metacontroller's entry loses the label by which it is known when somebody removes the label from the Secret. */
const isMetacontrollers: Writer = (entry) => metacontroller(entry) || applier(usualManager)(entry);

/**
 * What Metacontroller is called here. After it was renamed there are two such entries, and so there are where a patch of
 * ours has guessed: the newer one is in use.
 */
function managerOf(entries: readonly ManagedFields[]): string {
  const known = entries.filter(metacontroller).map(({ manager = '', time = '' }) => ({ manager, time }));
  const isBehind = (manager: string) => (manager === usualManager ? 0 : 1);
  known.sort((a, b) => a.time.localeCompare(b.time) || isBehind(a.manager) - isBehind(b.manager));
  return known.at(-1)?.manager ?? usualManager;
}

const ownLabel = { 'f:metadata': { 'f:labels': { [`f:${controllerUidLabel}`]: {} } } };

const labelPath = (label: string) => `/metadata/labels/${pointerSegment(label)}`;

const remove = (path: string): JsonPatchOperation => ({ op: 'remove', path });

const rewritten = (managedFields: readonly ManagedFields[] | undefined): readonly JsonPatchOperation[] =>
  managedFields === undefined
    ? []
    : [{ op: 'replace', path: '/metadata/managedFields', value: managedFields }];

function guarded(live: SecretObject, operations: readonly JsonPatchOperation[]): Handover {
  return operations.length === 0 ? undefined : [guard(live), ...operations];
}
