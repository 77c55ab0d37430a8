import type { Backends } from '../../providers/backends.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import type { EventSink, Settings, TargetSecrets } from '../lib/ports.ts';
import { compare } from './compare.ts';
import type { Decision } from './decide.ts';
import { desiredSecret } from './desired.ts';
import type { SyncFailure } from './errors.ts';
import { fetchAll } from './fetch.ts';
import type { ForcedSyncs } from './force-sync.ts';
import { frozen } from './frozen.ts';
import type { Memory, PendingAnswer } from './memory.ts';
import { dataHashAnnotation, noSecret } from './names.ts';
import { plan } from './plan.ts';
import type { Outcome } from './status.ts';
import { claimTarget, removeForeignKeys } from './target.ts';
import { composeValues, type ReadResult } from './values.ts';
import { refreshIdOf, type World } from './world.ts';

/** What a pass wants to say: a target (undefined: none) and an outcome, or "ask again", which changes nothing. */
export type Attempt =
  | { readonly kind: 'answer'; readonly child: SecretObject | undefined; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly seconds: number };

export interface AttemptDeps {
  readonly now: () => number;
  readonly backends: Backends;
  readonly secrets: TargetSecrets;
  readonly events: EventSink;
  readonly settings: Settings;
  readonly memory: Memory;
  readonly forced: ForcedSyncs;
  readonly signal: AbortSignal;
}

type Refresh = Extract<Decision, { kind: 'Refresh' }>;

/** All reads of one pass together; Metacontroller's own limit for the call is 15 s. */
const fetchDeadlineMs = 8_000;
/** A write that is not seen for so long does not land. */
const seenWithinMs = 5_000;
/** Two controllers that fight over a Secret do so at this pace. */
const repairEveryMs = 30_000;

/** One refresh: plan, fetch, compose, and the Secret that is to be. Reads a backend; writes nothing but repairs. */
export async function attemptRefresh(
  world: World,
  refresh: Refresh,
  pending: PendingAnswer | undefined,
  deps: AttemptDeps,
): Promise<Attempt> {
  const { memory } = deps;
  if (refresh.reason === 'Drifted' && pending === undefined && world.target !== undefined) {
    const next = memory.repair(world.uid, world.now, repairEveryMs);
    if (next !== undefined)
      return { kind: 'answer', child: echo(world.target), outcome: { kind: 'Unchanged', againAt: next } };
  }

  const fail = (failure: SyncFailure): Attempt => ({
    kind: 'answer',
    child: onItsWay(world, pending) ?? (world.target === undefined ? undefined : echo(world.target)),
    outcome: { kind: 'Failed', failure },
  });

  const reads = plan(world.spec);
  const readAt = world.now;
  const results = await fetchAll(world, reads, deps.backends, {
    notBefore: deps.forced.notBefore(world, refresh.reason),
    signal: AbortSignal.any([deps.signal, AbortSignal.timeout(fetchDeadlineMs)]),
  });
  if (isBusy(results)) return { kind: 'again', seconds: 1 + (parseInt(refresh.id.slice(0, 2), 16) % 3) };

  const values = composeValues(reads, results, world.spec.target?.deletionPolicy ?? 'Retain');
  if (values.kind === 'failed') return fail(values.failure);
  for (const where of values.absent) {
    const message = `secret does not exist at provider using ${where}`;
    deps.events.record(world.object, 'Normal', 'MissingProviderSecret', message);
  }
  if (values.kind === 'absent') return gone(world, refresh, readAt, memory);
  if (values.data.size === 0) return empty(world, readAt);

  const desired = desiredSecret(world, values.data, refresh.id);
  if (desired.kind === 'failed') return fail(desired.failure);
  return write(world, refresh, desired.secret, readAt, fail, deps);
}

/**
 * The Secret of an answer that has not arrived: it is stated again, never the one that it is to replace. Once the target
 * carries the refresh it is left alone: another replica may have answered the same refresh with a newer value.
 */
export function onItsWay(world: World, pending: PendingAnswer | undefined): SecretObject | undefined {
  const arrived =
    pending === undefined || (world.target !== undefined && refreshIdOf(world.target) === pending.id);
  return arrived ? undefined : pending.secret;
}

/** Brings the desired Secret on its way, or states that it is in place. */
async function write(
  world: World,
  refresh: Refresh,
  desired: SecretObject,
  readAt: number,
  fail: (failure: SyncFailure) => Attempt,
  deps: AttemptDeps,
): Promise<Attempt> {
  const { memory, secrets } = deps;
  let existing = world.target;
  if (existing === undefined) {
    const claim = await claimTarget(world, secrets, deps.settings);
    if (claim.kind === 'again') return { kind: 'again', seconds: 1 };
    if (claim.kind === 'refused') return fail(claim.failure);
    existing = claim.live;
  }
  const failure = existing === undefined ? undefined : frozen(existing, desired);
  if (failure !== undefined) return fail(failure);

  if (world.target !== undefined) {
    const { equal, foreignKeys } = compare(world.target, desired);
    if (equal) return inPlace(world.target, readAt);
    if (foreignKeys.length > 0 && !(await removeForeignKeys(secrets, world.target, foreignKeys))) {
      return { kind: 'again', seconds: 1 };
    }
    if (refresh.reason === 'Drifted') {
      deps.events.record(world.object, 'Warning', 'Repaired', 'the Secret had been changed and is restored');
    }
  }

  return send(world, refresh, desired, readAt, memory);
}

/** Answers a target that is to be, or that there is to be none, and remembers it until it is seen. */
function send(
  world: World,
  { id }: Refresh,
  secret: SecretObject | undefined,
  readAt: number,
  memory: Memory,
): Attempt {
  const before = memory.pending(world.uid);
  const firstAnsweredAt = before?.id === id ? before.firstAnsweredAt : world.now;
  const hash = secret?.metadata.annotations?.[dataHashAnnotation] ?? '';
  memory.remember(world.uid, { id, hash, secret, readAt, firstAnsweredAt });
  const isLate = world.now - firstAnsweredAt >= seenWithinMs;
  return {
    kind: 'answer',
    child: secret,
    outcome: isLate
      ? {
          kind: 'Failed',
          failure: { code: 'WriteNotSeen', detail: `Secret ${world.targetName} has not changed yet` },
        }
      : { kind: 'Unchanged', againAt: firstAnsweredAt + seenWithinMs },
  };
}

function inPlace(target: SecretObject, readAt: number): Attempt {
  return {
    kind: 'answer',
    child: echo(target),
    outcome: {
      kind: 'Synced',
      reason: 'SecretSynced',
      message: 'secret synced',
      readAt,
      refreshId: refreshIdOf(target),
      binding: 'bound',
    },
  };
}

/** The backend stated for every entry that there is nothing, and deletionPolicy is Delete: the target goes. */
function gone(world: World, refresh: Refresh, readAt: number, memory: Memory): Attempt {
  if (world.target !== undefined) return send(world, refresh, undefined, readAt, memory);
  return {
    kind: 'answer',
    child: undefined,
    outcome: {
      kind: 'Synced',
      reason: 'SecretDeleted',
      message: 'secret deleted due to DeletionPolicy=Delete',
      readAt,
      refreshId: noSecret,
      binding: 'unbound',
    },
  };
}

/** The backend answered, but with no key at all: no reason to delete, whatever the policy (design rule 1). */
function empty(world: World, readAt: number): Attempt {
  const retain = (world.spec.target?.deletionPolicy ?? 'Retain') === 'Retain';
  return {
    kind: 'answer',
    child: world.target === undefined ? undefined : echo(world.target),
    outcome: {
      kind: 'Synced',
      reason: 'SecretSynced',
      message: retain
        ? 'secret retained due to DeletionPolicy=Retain'
        : 'secret retained: the backend answered with no key',
      readAt,
      refreshId: world.target === undefined ? noSecret : refreshIdOf(world.target),
      binding: world.target === undefined ? 'unbound' : 'bound',
    },
  };
}

function isBusy(results: ReadonlyMap<string, ReadResult>): boolean {
  return [...results.values()].some((result) => 'error' in result && result.error.retry === 'busy');
}
