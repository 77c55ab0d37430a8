import { rfc3339, setCondition } from '../lib/conditions.ts';
import { nextAttempt } from '../lib/retry-schedule.ts';
import { failureMessage, isScheduled, type SyncFailure } from './errors.ts';
import type { GenerationFacts } from './generate.ts';
import { attemptVersion, intervalMs, nextPassAt } from './refresh.ts';
import type { ExternalSecretStatus } from './schema.ts';
import type { World } from './world.ts';

/** What a sync call came to, as far as the status is concerned. */
export type Outcome =
  /** Nothing new is known: the status stays to the letter. */
  | { readonly kind: 'Unchanged'; readonly againAt: number | undefined }
  /** The wanted state has been observed. */
  | {
      readonly kind: 'Synced';
      readonly reason: 'SecretSynced' | 'SecretDeleted' | 'SecretMissing';
      readonly message: string;
      /** When the values were read, in ms. */
      readonly readAt: number;
      /** What the observed Secret carries; undefined for a Secret of before Keyhook. */
      readonly refreshId: string | undefined;
      readonly binding: 'bound' | 'unbound';
      /** Undefined: nothing was generated. */
      readonly generated?: GenerationFacts | undefined;
    }
  | { readonly kind: 'Failed'; readonly failure: SyncFailure };

/** A status and the moment (ms) of the next pass that time alone calls for. */
export interface StatusAnswer {
  readonly status: ExternalSecretStatus;
  readonly againAt: number | undefined;
}

/** Attempts that cost nothing follow events; this is the safety net under them. */
const onEventMs = 300_000;

/** The next status (spec core 0.5, 1.12; design "Cost and load"). Pure. */
export function nextStatus(world: World, outcome: Outcome): StatusAnswer {
  switch (outcome.kind) {
    case 'Unchanged':
      return { status: world.status, againAt: outcome.againAt };
    case 'Synced':
      return synced(world, outcome);
    case 'Failed':
      return failed(world, outcome.failure);
  }
}

function synced(world: World, outcome: Extract<Outcome, { kind: 'Synced' }>): StatusAnswer {
  const {
    retry: _retry,
    refreshId: _refreshId,
    renewTime: _renewTime,
    generatorStates: _states,
    ...rest
  } = world.status;
  const { renewAt, states = [] } = outcome.generated ?? {};
  const status: ExternalSecretStatus = {
    ...rest,
    conditions: setCondition(
      world.status.conditions ?? [],
      { type: 'Ready', status: 'True', reason: reasonOf(world, outcome.reason), message: outcome.message },
      world.now,
    ),
    refreshTime: rfc3339(outcome.readAt),
    syncedResourceVersion: world.version,
    ...(outcome.refreshId === undefined ? {} : { refreshId: outcome.refreshId }),
    ...(renewAt === undefined ? {} : { renewTime: rfc3339(renewAt) }),
    ...(states.length === 0 ? {} : { generatorStates: [...states] }),
    ...(outcome.binding === 'bound' ? { binding: { name: world.targetName } } : {}),
  };
  return { status, againAt: nextPassAt(world, { at: outcome.readAt, renewAt }) };
}

/** ESO calls what is no Secret a resource (spec core 1.11). */
function reasonOf({ spec }: World, reason: string): string {
  return spec.target?.manifest === undefined ? reason : reason.replace(/^Secret/, 'Resource');
}

function failureReason(world: World, { code }: SyncFailure): string {
  return code === 'GenericOff' ? 'SecretSyncedError' : reasonOf(world, 'SecretSyncedError');
}

function failed(world: World, failure: SyncFailure): StatusAnswer {
  const conditions = setCondition(
    world.status.conditions ?? [],
    {
      type: 'Ready',
      status: 'False',
      reason: failureReason(world, failure),
      message: failureMessage(failure),
    },
    world.now,
  );
  const { retry: _retry, ...rest } = world.status;
  if (!isScheduled(failure)) return { status: { ...rest, conditions }, againAt: world.now + onEventMs };
  const { retry, at } = nextAttempt({
    conditions,
    now: world.now,
    intervalMs: intervalMs(world),
    retryAfter: failure.retryAfter,
    version: attemptVersion(world),
  });
  return { status: { ...rest, conditions, retry }, againAt: at };
}
