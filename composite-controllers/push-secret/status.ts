import { rfc3339, setCondition } from '../lib/conditions.ts';
import { nextAttempt } from '../lib/retry-schedule.ts';
import { dueAt, intervalMs } from './decide.ts';
import { failureMessage, isScheduled, type PushFailure } from './errors.ts';
import type { PushSecretStatus, SyncedPushSecrets } from './schema.ts';
import { attemptVersion, type Store, type World } from './world.ts';

/** What a call came to, as far as the status is concerned. `synced` is all that is in the backends then. */
export type Outcome =
  /** Nothing new is known: the status stays to the letter. */
  | { readonly kind: 'Unchanged'; readonly againAt: number | undefined }
  | {
      readonly kind: 'Synced';
      readonly synced: SyncedPushSecrets;
      readonly inputs: string;
      /** When what was generated has to be made anew, in ms. */
      readonly renewAt?: number | undefined;
    }
  /** The source is gone, and what was pushed of it, too. */
  | { readonly kind: 'SourceDeleted'; readonly inputs: string }
  /** A backend has enough to do: the rest follows shortly. */
  | { readonly kind: 'Unfinished'; readonly synced: SyncedPushSecrets; readonly againAt: number }
  | { readonly kind: 'Failed'; readonly failure: PushFailure; readonly synced?: SyncedPushSecrets };

/** A status and the moment (ms) of the next pass that time alone calls for. */
export interface StatusAnswer {
  readonly status: PushSecretStatus;
  readonly againAt: number | undefined;
}

/** Attempts that cost nothing follow events; this is the safety net under them. */
const onEventMs = 300_000;
const recordedMs = 2_000;

/** The next status (spec core 3.3 no. 7). Pure. */
export function nextStatus(world: World, stores: readonly Store[], outcome: Outcome): StatusAnswer {
  switch (outcome.kind) {
    case 'Unchanged':
      return { status: world.status, againAt: outcome.againAt };
    case 'Unfinished':
      return { status: withSynced(world.status, outcome.synced), againAt: outcome.againAt };
    case 'Synced':
      return synced(world, outcome);
    case 'SourceDeleted':
      return sourceDeleted(world, outcome.inputs);
    case 'Failed':
      return failed(world, stores, outcome);
  }
}

/** Message of a PushSecret that is Ready. */
export function syncedMessage({ spec }: World): string {
  const message = 'PushSecret synced successfully';
  return spec.updatePolicy === 'IfNotExists'
    ? `${message}. Existing secrets in providers unchanged.`
    : message;
}

export const sourceDeletedMessage = 'source secret deleted; provider secrets cleaned up';

function synced(
  world: World,
  { synced, inputs, renewAt }: Extract<Outcome, { kind: 'Synced' }>,
): StatusAnswer {
  const { retry: _retry, renewTime: _renewTime, ...rest } = world.status;
  const status: PushSecretStatus = {
    ...withSynced(rest, synced),
    conditions: condition(world, 'True', 'Synced', syncedMessage(world)),
    refreshTime: rfc3339(world.now),
    syncedResourceVersion: world.version,
    inputs,
    ...(renewAt === undefined ? {} : { renewTime: rfc3339(renewAt) }),
  };
  // What was generated goes when this is recorded, which nobody tells.
  const next = dueAt(world, world.now, renewAt);
  return { status, againAt: world.generated === undefined ? next : world.now + recordedMs };
}

function sourceDeleted(world: World, inputs: string): StatusAnswer {
  const { retry: _retry, ...rest } = world.status;
  const conditions = condition(world, 'False', 'SourceDeleted', sourceDeletedMessage);
  return { status: { ...withSynced(rest, {}), conditions, inputs }, againAt: undefined };
}

function failed(
  world: World,
  stores: readonly Store[],
  { failure, synced }: Extract<Outcome, { kind: 'Failed' }>,
): StatusAnswer {
  const conditions = condition(world, 'False', 'Errored', failureMessage(failure));
  const { retry: _retry, ...before } = world.status;
  const rest = synced === undefined ? before : withSynced(before, synced);
  if (!isScheduled(failure)) return { status: { ...rest, conditions }, againAt: world.now + onEventMs };
  const { retry, at } = nextAttempt({
    conditions,
    now: world.now,
    intervalMs: intervalMs(world),
    retryAfter: failure.retryAfter,
    version: attemptVersion(world, stores),
  });
  return { status: { ...rest, conditions, retry }, againAt: at };
}

function condition({ status, now }: World, value: 'True' | 'False', reason: string, message: string) {
  return setCondition(status.conditions ?? [], { type: 'Ready', status: value, reason, message }, now);
}

/** ESO leaves an empty map out. */
function withSynced(status: PushSecretStatus, synced: SyncedPushSecrets): PushSecretStatus {
  const { syncedPushSecrets: _before, ...rest } = status;
  return Object.keys(synced).length === 0 ? rest : { ...rest, syncedPushSecrets: synced };
}
