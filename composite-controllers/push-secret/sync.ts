import type {
  CallContext,
  CompositeController,
  CustomizeRequest,
  HookRequest,
  SyncOutcome,
  SyncSummary,
} from '../controller.ts';
import { heldByKubernetes } from '../lib/kube-refusal.ts';
import type { KubeObject } from '../lib/objects.ts';
import { once } from '../lib/once.ts';
import { echo } from '../lib/owned-fields.ts';
import type { EventSink, Log, Settings } from '../lib/ports.ts';
import { type Attempt, type AttemptDeps, attemptPush, seenUntil } from './attempt.ts';
import { relatedOf } from './customize.ts';
import { type Decision, decide } from './decide.ts';
import { createFinalizer } from './finalize.ts';
import { createMemory } from './memory.ts';
import { claimantOf } from './push.ts';
import { report } from './report.ts';
import { nextStatus, type Outcome } from './status.ts';
import { keyOf, type Targets, targetsOf } from './stores.ts';
import { recordsOf } from './synced.ts';
import { readWorld, type World } from './world.ts';

/** What the PushSecret's controller needs from its surroundings. */
export interface PushSecretDeps extends Omit<AttemptDeps, 'memory' | 'signal' | 'settings'> {
  readonly now: () => number;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

/** All pushes of one pass together; Metacontroller's own limit for the call is 15 s. */
const pushDeadlineMs = 8_000;

/** The controller of PushSecrets: targets, decide, sources, plan, push, clean up, status. */
export function createPushSecretController(deps: PushSecretDeps): CompositeController {
  const memory = createMemory();
  const { settings } = deps;

  const sync = async (request: HookRequest, { signal }: CallContext): Promise<SyncOutcome> => {
    const world = readWorld(request, deps.now(), settings, memory.answered(request.parent));
    try {
      return await pass(world, AbortSignal.any([signal, AbortSignal.timeout(pushDeadlineMs)]));
    } catch (error) {
      const message = 'the Kubernetes API did not let the hook read the source Secret';
      return heldByKubernetes(error, { object: world.object, reason: 'Errored', message }, deps);
    }
  };

  const pass = async (world: World, signal: AbortSignal): Promise<SyncOutcome> => {
    const targets = once(() => targetsOf(world, settings));
    const decision = decide(world, targets, settings);
    const attempt = await act(world, decision, targets, signal);
    if (attempt.kind === 'again')
      return { kind: 'wait', seconds: attempt.seconds, summary: summarize(decision) };
    report(world, decision, attempt.outcome, deps);
    if (attempt.outcome.kind === 'Synced') deps.generations.settle(world.uid);
    return answer(world, decision, targets, attempt);
  };

  const act = async (
    world: World,
    decision: Decision,
    targets: () => Targets,
    signal: AbortSignal,
  ): Promise<Attempt> => {
    switch (decision.kind) {
      case 'Keep':
        holdAgain(world);
        return says({ kind: 'Unchanged', againAt: decision.dueAt });
      case 'Hold':
        return says({ kind: 'Unchanged', againAt: decision.until });
      case 'Refuse':
        return says({ kind: 'Failed', failure: decision.failure });
      case 'Push':
        return attemptPush(world, targets().stores, { ...deps, memory, signal });
    }
  };

  /** What was pushed is this PushSecret's also after a restart, when nothing is due. */
  const holdAgain = (world: World) => {
    const wanted = recordsOf(world.status.syncedPushSecrets).flatMap(({ storeKey, entry }) => {
      const uid = world.stores.get(storeKey)?.view.handle.uid;
      const { remoteKey, property = '' } = entry.match.remoteRef;
      return uid === undefined ? [] : [[JSON.stringify([uid, remoteKey, property]), undefined] as const];
    });
    memory.claims.hold(claimantOf(world), new Map(wanted), seenUntil(world));
  };

  const answer = (
    world: World,
    decision: Decision,
    targets: () => Targets,
    { outcome, child }: Extract<Attempt, { kind: 'outcome' }>,
  ): SyncOutcome => {
    const stores = world.problems().length > 0 ? [] : targets().stores;
    const { status, againAt } = nextStatus(world, stores, outcome);
    memory.answer(world.object, status);
    const code = outcome.kind === 'Failed' ? (outcome.failure.cause ?? outcome.failure.code) : undefined;
    return {
      kind: 'answer',
      response: {
        status,
        children: child === undefined ? stated(world, decision) : [child],
        ...(againAt === undefined ? {} : { resyncAfterSeconds: Math.max(1, (againAt - world.now) / 1000) }),
      },
      summary: { ...summarize(decision, code), stores: stores.map(keyOf) },
    };
  };

  return {
    name: 'pushsecret',
    parentKind: 'PushSecret',
    sync,
    finalize: createFinalizer({ ...deps, memory }),
    customize: ({ parent }: CustomizeRequest) => relatedOf(parent, settings),
  };
}

/** What was generated stays until its push is recorded: until then it is the only place where it is whole. */
function stated({ generated, isRecorded }: World, decision: Decision): KubeObject[] {
  const isOver = decision.kind === 'Keep' && decision.reason === 'NotDue' && isRecorded;
  return generated === undefined || isOver ? [] : [echo(generated)];
}

function says(outcome: Outcome): Attempt {
  return { kind: 'outcome', outcome };
}

function summarize(decision: Decision, code?: string): SyncSummary {
  return { decision: decision.kind, reason: decision.reason, ...(code === undefined ? {} : { code }) };
}
