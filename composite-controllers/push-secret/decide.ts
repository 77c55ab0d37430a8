import type { Settings } from '../lib/ports.ts';
import { describeProblems } from '../lib/problems.ts';
import { dueAfter, intervalOf, momentOf } from '../lib/refresh-time.ts';
import { heldUntil } from '../lib/retry-schedule.ts';
import type { PushFailure } from './errors.ts';
import type { Targets } from './stores.ts';
import { attemptVersion, inputsOf, type World } from './world.ts';

/** Why a push is needed. */
export type PushReason = 'First' | 'Changed' | 'InputsChanged' | 'Due' | 'Retry';

/**
 * What is to be done about one PushSecret.
 *
 *   nothing changed, not due ─────────────────► Keep    no call of a backend; nothing changes
 *   due ── something forbids the attempt ─────► Refuse  no call of a backend; Ready=False
 *       ── a failure's waiting time runs ─────► Hold    no call of a backend; nothing changes
 *       ── else ──────────────────────────────► Push    compared with the backends, which are written where they differ
 */
export type Decision =
  | {
      readonly kind: 'Keep';
      readonly reason: 'NotDue' | 'BeingDeleted' | 'OtherClass' | 'ClusterStoresOff';
      readonly dueAt: number | undefined;
    }
  | { readonly kind: 'Refuse'; readonly reason: PushReason; readonly failure: PushFailure }
  | { readonly kind: 'Hold'; readonly reason: PushReason; readonly until: number }
  | { readonly kind: 'Push'; readonly reason: PushReason };

/** Clocks of API servers and hooks differ; a refreshTime that is a little ahead is not from the future. */
const clockSkewMs = 60_000;

/** The decision. Pure: the same world and settings give the same decision. */
export function decide(world: World, targets: () => Targets, settings: Settings): Decision {
  if (world.object.metadata.deletionTimestamp !== undefined) return keep('BeingDeleted');
  const problems = world.problems();
  if (problems.length > 0)
    return refuse('Changed', { code: 'SpecInvalid', detail: describeProblems(problems) });
  if (settings.clusterStores === 'off' && namesClusterStore(world)) return keep('ClusterStoresOff');

  const { stores, areForeign, failure } = targets();
  if (areForeign) return keep('OtherClass');
  const reason = pushReason(world, inputsOf(world.sources, stores));
  if (reason === undefined) return keep('NotDue', dueAt(world));
  if (failure !== undefined) return refuse(reason, failure);
  const until = heldUntil(world.status.retry, attemptVersion(world, stores), world.now);
  return until === undefined ? { kind: 'Push', reason } : { kind: 'Hold', reason, until };
}

/** refreshInterval in ms; 0 or less means never by time. */
export function intervalMs({ spec }: World): number {
  return intervalOf(spec.refreshInterval);
}

/** When time alone makes a push due (design rule 7), or undefined when it never does: a lease is renewed before it ends. */
export function dueAt(
  world: World,
  after: number | undefined = momentOf(world.status.refreshTime),
  renewAt: number | undefined = momentOf(world.status.renewTime),
): number | undefined {
  const slot = dueAfter(world.uid, intervalMs(world), after);
  return slot === undefined || renewAt === undefined ? slot : Math.min(slot, renewAt);
}

function pushReason(world: World, inputs: string): PushReason | undefined {
  const { status, version, now } = world;
  const isAsBefore = status.inputs === inputs;
  if (status.syncedResourceVersion && status.syncedResourceVersion !== version) return 'Changed';
  // Of a source that is gone nothing is left to say until it is back.
  if (isSourceDeleted(world)) return isAsBefore ? undefined : 'InputsChanged';
  const last = momentOf(status.refreshTime);
  if (!status.syncedResourceVersion || last === undefined) return 'First';
  if (!isAsBefore) return 'InputsChanged';
  if (readyOf(world)?.status === 'False') return 'Retry';
  const due = dueAt(world);
  return last > now + clockSkewMs || (due !== undefined && due <= now) ? 'Due' : undefined;
}

function isSourceDeleted(world: World): boolean {
  return readyOf(world)?.reason === 'SourceDeleted';
}

function readyOf({ status }: World) {
  return status.conditions?.find(({ type }) => type === 'Ready');
}

function namesClusterStore({ spec }: World): boolean {
  return spec.secretStoreRefs.some(({ kind }) => kind === 'ClusterSecretStore');
}

function keep(reason: Extract<Decision, { kind: 'Keep' }>['reason'], dueAt?: number): Decision {
  return { kind: 'Keep', reason, dueAt };
}

function refuse(reason: PushReason, failure: PushFailure): Decision {
  return { kind: 'Refuse', reason, failure };
}
