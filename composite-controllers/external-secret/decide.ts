import type { Settings } from '../lib/ports.ts';
import { describeProblems } from '../lib/problems.ts';
import { heldUntil } from '../lib/retry-schedule.ts';
import { belongsToOtherClass, needsWhatIsOff, refusal } from './checks.ts';
import type { SyncFailure } from './errors.ts';
import { routeOf } from './policy.ts';
import {
  attemptVersion,
  dueAt,
  nextPassAt,
  type RefreshReason,
  readSince,
  refreshId,
  refreshReason,
} from './refresh.ts';
import { generatedOf, hashIsTrue, refreshIdOf, type World } from './world.ts';

/**
 * What is to be done about one ExternalSecret.
 *
 *   not due, target as recorded ─────────────► Keep      no read; the observed child is stated again
 *   due ── target carries this refresh ──────► Confirm   no read; the status records what is seen
 *       ── something forbids the attempt ────► Refuse    no read; Ready=False, the child stays
 *       ── a failure's waiting time runs ────► Hold      no read; nothing changes
 *       ── else ─────────────────────────────► Refresh   read, compose, answer
 *   a child, which the policy wants no more ─► Release   no read; it changes hands
 */
export type Decision =
  | {
      readonly kind: 'Keep';
      readonly reason: 'NotDue' | 'BeingDeleted' | 'OtherClass' | 'ClusterStoresOff';
      readonly dueAt: number | undefined;
    }
  | {
      readonly kind: 'Confirm';
      readonly reason: RefreshReason;
      readonly id: string;
      /** When the values were read, in ms; a restart leaves an earlier moment of it. */
      readonly readAt: number;
    }
  | { readonly kind: 'Release'; readonly reason: 'PolicyChanged' }
  | { readonly kind: 'Refuse'; readonly reason: RefreshReason; readonly failure: SyncFailure }
  | { readonly kind: 'Hold'; readonly reason: RefreshReason; readonly until: number }
  | { readonly kind: 'Refresh'; readonly reason: RefreshReason; readonly id: string };

/** What this process remembers of its answer to the refresh that is needed now. */
export interface Pending {
  /** data-hash of the Secret that was answered last. */
  readonly hash: string;
  /** When its values were read, in ms. */
  readonly readAt: number;
}

/** The decision. Pure: the same world, memory and settings give the same decision. */
export function decide(world: World, pending: Pending | undefined, settings: Settings): Decision {
  if (world.object.metadata.deletionTimestamp !== undefined) {
    return { kind: 'Keep', reason: 'BeingDeleted', dueAt: undefined };
  }
  if (belongsToOtherClass(world, settings)) return { kind: 'Keep', reason: 'OtherClass', dueAt: undefined };

  if (needsWhatIsOff(world, settings)) return { kind: 'Keep', reason: 'ClusterStoresOff', dueAt: undefined };

  const isSynced = world.status.syncedResourceVersion === world.version;
  if (!isSynced && world.problems().length > 0) return broken('Changed', world);

  if (world.target !== undefined && routeOf(world) !== 'child')
    return { kind: 'Release', reason: 'PolicyChanged' };

  const reason = refreshReason(world);
  if (reason === undefined) return { kind: 'Keep', reason: 'NotDue', dueAt: nextPassAt(world) };
  if (world.problems().length > 0) return broken(reason, world);

  const id = refreshId(world);
  const readAt = wasSeen(world, id, pending) ? (pending?.readAt ?? madeSince(world)) : undefined;
  if (readAt !== undefined && !isDueAgain(world, readAt)) return { kind: 'Confirm', reason, id, readAt };

  const failure = refusal(world, settings);
  if (failure !== undefined) return { kind: 'Refuse', reason, failure };

  const until = heldUntil(world.status.retry, attemptVersion(world), world.now);
  return until === undefined ? { kind: 'Refresh', reason, id } : { kind: 'Hold', reason, until };
}

function broken(reason: RefreshReason, { problems }: World): Decision {
  return { kind: 'Refuse', reason, failure: { code: 'SpecInvalid', detail: describeProblems(problems()) } };
}

/** The target carries this refresh, undamaged, and nothing newer was answered for it. */
function wasSeen({ target }: World, id: string, pending: Pending | undefined): boolean {
  if (target === undefined || refreshIdOf(target) !== id || !hashIsTrue(target)) return false;
  return pending === undefined || pending.hash === hashOf(target);
}

/** What was generated says when; of what was read by others nobody knows more than that. */
function madeSince(world: World): number | undefined {
  return (world.target && generatedOf(world.target)?.madeAt) ?? readSince(world);
}

/** The status could not be written for so long that what it would say of the Secret is outdated. */
function isDueAgain(world: World, readAt: number): boolean {
  const renewAt = world.target && generatedOf(world.target)?.renewAt;
  const due = dueAt(world, { at: readAt, renewAt });
  return due !== undefined && due <= world.now;
}

function hashOf(target: NonNullable<World['target']>): string | undefined {
  return target.metadata.annotations?.['reconcile.external-secrets.io/data-hash'];
}
