import { createHash } from 'node:crypto';
import { fieldManager } from '../lib/field-manager.ts';
import { refreshIdAnnotation } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { applier, metacontroller, ownedFields } from '../lib/owned-fields.ts';
import { dueAfter, intervalOf, momentOf } from '../lib/refresh-time.ts';
import { isOpen, opensAt } from '../lib/sync-windows.ts';
import type { StoreView } from '../secret-store/view.ts';
import { readyStatus, refreshIdOf, targetState, type World } from './world.ts';

/** Why a refresh is needed. */
export type RefreshReason = 'First' | 'Changed' | 'Due' | 'Retry' | 'Missing' | 'Drifted' | 'Unconfirmed';

/** Clocks of API servers and hooks differ; a refreshTime that is a little ahead is not from the future. */
const clockSkewMs = 60_000;

/** refreshInterval in ms; 0 or less means never by time. */
export function intervalMs({ spec }: World): number {
  return intervalOf(spec.refreshInterval);
}

/** The moment of the last refresh in ms, or undefined before the first. */
export function refreshedAt({ status }: World): number | undefined {
  return momentOf(status.refreshTime);
}

/** A refresh that has been made: when its values were read, and when what was generated ends, in ms. */
export interface Made {
  readonly at: number | undefined;
  readonly renewAt: number | undefined;
}

function lastMade(world: World): Made {
  return { at: refreshedAt(world), renewAt: momentOf(world.status.renewTime) };
}

/** When time alone makes a refresh due, or undefined when it never does: at its slot, or before what was generated ends. */
export function dueAt(world: World, { at, renewAt }: Made = lastMade(world)): number | undefined {
  const policy = world.spec.refreshPolicy;
  if (policy === 'CreatedOnce' || policy === 'OnChange') return undefined;
  const slot = dueAfter(world.uid, intervalMs(world), at);
  // On a whole second, as the times in a status are.
  return slot === undefined || renewAt === undefined
    ? slot
    : Math.min(slot, Math.floor(renewAt / 1000) * 1000);
}

/** When time alone calls for the next pass: a refresh is due, and the sync windows let it pass. Never busy: not before now. */
export function nextPassAt(world: World, made?: Made): number | undefined {
  const due = dueAt(world, made);
  if (due === undefined || world.spec.syncWindows === undefined) return due;
  return opensAt(world.spec.syncWindows, Math.max(due, world.now), world.uid);
}

/** Why the ExternalSecret needs a refresh now, or undefined when it does not (the table of spec core 1.5). */
export function refreshReason(world: World): RefreshReason | undefined {
  return byPolicy(world) ?? (isRetried(world) ? 'Retry' : undefined) ?? byTarget(world);
}

/** What failed although nothing changed was asked for by time: it waits for a window, too. */
function isRetried({ status, spec, now }: World): boolean {
  return readyStatus(status) === 'False' && isOpen(spec.syncWindows, now);
}

function byPolicy(world: World): RefreshReason | undefined {
  const { status, spec, version } = world;
  const synced = status.syncedResourceVersion;
  const last = refreshedAt(world);
  if (!synced) return 'First';
  if (spec.refreshPolicy === 'CreatedOnce') return last === undefined ? 'First' : undefined;
  if (spec.refreshPolicy !== 'OnChange' && intervalMs(world) <= 0) return undefined;
  if (synced !== version) return 'Changed';
  if (last === undefined) return 'First';
  if (spec.refreshPolicy === 'OnChange') return undefined;
  if (last > world.now + clockSkewMs) return 'Due';
  const due = dueAt(world);
  return due !== undefined && due <= world.now && isOpen(spec.syncWindows, world.now) ? 'Due' : undefined;
}

function byTarget(world: World): RefreshReason | undefined {
  const state = targetState(world);
  return state === 'Valid' ? undefined : state;
}

/**
 * The id of the refresh that is needed now: the same in every pass until the status has recorded that its Secret was
 * seen, and never the same again (design rule 2).
 */
export function refreshId(world: World): string {
  const { object, status, uid, version } = world;
  const slot = refreshedAt(world) === undefined ? 'first' : String(dueAt(world) ?? 'untimed');
  return `${object.metadata.generation ?? 0}-${mark(uid)}${digest([uid, version, slot, status.refreshId ?? ''])}`;
}

/** Tells the ids of an ExternalSecret from those of others, and of earlier ones of its name. */
function mark(uid: string): string {
  return digest([uid]).slice(0, 8);
}

/**
 * Whether a Secret was made from a newer spec than the one that is shown. It says so itself, where nobody else has
 * written it.
 */
export function isMadeFromLater({ uid, name, object }: World, secret: SecretObject): boolean {
  const writers = [metacontroller, applier(fieldManager(name))];
  const isOwnWord = writers.some((by) => ownedFields(secret, by)?.annotations.has(refreshIdAnnotation));
  const [, generation, maker] = /^(\d{1,15})-([0-9a-f]{8})/.exec(refreshIdOf(secret) ?? '') ?? [];
  return isOwnWord && maker === mark(uid) && Number(generation) > (object.metadata.generation ?? 0);
}

/**
 * Not before this moment (ms) were the values read that the needed refresh has brought, when nobody remembers the read
 * itself: the refresh before it, or the creation. Undefined when nothing is known.
 */
export function readSince(world: World): number | undefined {
  const created = Date.parse(world.object.metadata.creationTimestamp ?? '');
  const since = refreshedAt(world) ?? (Number.isNaN(created) ? undefined : created);
  return since === undefined ? undefined : Math.min(since, world.now);
}

/** What a failed attempt was made with: when it changes, the next attempt need not wait (design "Cost and load"). */
export function attemptVersion(world: World): string {
  const stores = [...world.stores].map(([key, store]) => [key, storeVersion(store)]).sort();
  return digest([world.version, JSON.stringify(stores)]);
}

function storeVersion(store: StoreView): string {
  return [store.handle.uid, store.handle.generation, store.ready?.status, store.ready?.since].join('/');
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}
