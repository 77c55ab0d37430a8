import type { Backends } from '../../providers/backends.ts';
import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Log } from '../lib/ports.ts';
import { recordWrite } from './audit.ts';
import type { PushFailure } from './errors.ts';
import type { Memory } from './memory.ts';
import { destinationOf, type PlannedPush } from './plan.ts';
import type { World } from './world.ts';

/** What became of one planned push. */
export type PushResult = { readonly planned: PlannedPush } & (
  | { readonly kind: 'in place' }
  /** It was not made, or nobody knows whether it took effect. */
  | { readonly kind: 'failed'; readonly failure: PushFailure; readonly mayBeThere: boolean }
  /** The backend has enough to do: again shortly. */
  | { readonly kind: 'busy'; readonly mayBeThere: boolean }
);

export interface PushDeps {
  readonly backends: Backends;
  readonly memory: Memory;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const pushesAtOnce = 8;

/**
 * Makes the pushes of a plan. One that fails stops no other: what can be in place is. `attempt` names what is pushed for:
 * a value that this process has written for it is not written again.
 */
export function pushAll(
  world: World,
  pushes: readonly PlannedPush[],
  attempt: string,
  deps: PushDeps,
): Promise<PushResult[]> {
  return mapConcurrently(pushes, pushesAtOnce, async (planned): Promise<PushResult> => {
    const { place, digest, storeKey } = planned;
    const id = `${storeKey} ${place}`;
    const taken = rivalOf(world, planned, deps.memory);
    if (taken !== undefined) return { kind: 'failed', planned, failure: taken, mayBeThere: false };
    if (deps.memory.isDone(world.uid, attempt, id, digest)) return { kind: 'in place', planned };
    const result = await pushOne(world, planned, deps);
    if (result.kind === 'in place') deps.memory.done(world.uid, attempt, id, digest);
    return result;
  });
}

/** A PushSecret as others with its destinations see it. */
export function claimantOf({ uid, namespace, name, object }: World) {
  return { uid, namespace, name, createdAt: object.metadata.creationTimestamp ?? '' };
}

function rivalOf(world: World, planned: PlannedPush, { claims }: Memory): PushFailure | undefined {
  const rival = claims.rival(claimantOf(world), destinationOf(planned), planned.digest, world.now);
  if (rival === undefined) return undefined;
  // What another namespace calls its objects is its own business.
  const who =
    rival.namespace === world.namespace ? `PushSecret "${rival.name}"` : 'a PushSecret of another namespace';
  return {
    code: 'KeyTaken',
    detail: `${who}, which is older, pushes another value to remote ref ${planned.place} of ${planned.storeKey}`,
    cause: 'KeyTaken',
  };
}

async function pushOne(
  world: World,
  planned: PlannedPush,
  { backends, log, signal }: PushDeps,
): Promise<PushResult> {
  const { spec, namespace } = world;
  const { store, push } = planned;
  const { handle } = store.view;
  if (spec.updatePolicy === 'IfNotExists') {
    try {
      if (await backends.exists(handle, namespace, push, signal)) return { kind: 'in place', planned };
    } catch (error) {
      const why = `could not verify if secret exists in store: ${handle.name}`;
      return failedBy(planned, error, why, false);
    }
  }
  try {
    const outcome = await backends.push(handle, namespace, push, signal);
    if (outcome === 'written') recordWrite(log, world, store.view, 'Pushed', planned.place);
    return { kind: 'in place', planned };
  } catch (error) {
    const why = `could not write remote ref ${push.remoteKey} to target secretstore ${handle.name}`;
    return failedBy(planned, error, why, true);
  }
}

function failedBy(planned: PlannedPush, error: unknown, why: string, wasWritten: boolean): PushResult {
  if (!(error instanceof ProviderError)) throw error;
  const mayBeThere = wasWritten && (error.retry === 'backend' || error.retry === 'busy');
  if (error.retry === 'busy') return { kind: 'busy', planned, mayBeThere };
  return { kind: 'failed', planned, mayBeThere, failure: { code: 'PushFailed', ...causeOf(error, why) } };
}

/** What a failure says of a backend's error. */
export function causeOf(error: ProviderError, why: string): Omit<PushFailure, 'code'> {
  const { retryAfter } = error.details;
  return {
    detail: `${why}: ${error.message}`,
    advice: error.advice,
    cause: error.code,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
