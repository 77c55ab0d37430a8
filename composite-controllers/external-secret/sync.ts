import type { Backends } from '../../providers/backends.ts';
import type {
  CallContext,
  CompositeController,
  CustomizeRequest,
  HookRequest,
  SyncOutcome,
  SyncSummary,
} from '../controller.ts';
import type { Generations } from '../generator/generations.ts';
import { heldByKubernetes } from '../lib/kube-refusal.ts';
import { createdByLabel, noSecret } from '../lib/names.ts';
import type { KubeObject, SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import type { EventSink, Log, Settings, TargetObjects, TargetSecrets } from '../lib/ports.ts';
import { type Attempt, attemptRefresh, onItsWay, restated } from './attempt.ts';
import { refusal } from './checks.ts';
import { relatedOf } from './customize.ts';
import { type Decision, decide } from './decide.ts';
import { createdBy } from './desired.ts';
import { createForcedSyncs } from './force-sync.ts';
import { gather } from './gather.ts';
import { createMemory, type Memory, type PendingAnswer } from './memory.ts';
import { routeOf } from './policy.ts';
import { refreshId } from './refresh.ts';
import { createReporter } from './report.ts';
import { nextStatus, type Outcome, type StatusAnswer } from './status.ts';
import { claimTarget } from './target.ts';
import type { ContentDeps } from './template-content.ts';
import { generatedOf, readWorld, type World } from './world.ts';

/** What the ExternalSecret's controller needs from its surroundings. */
export interface ExternalSecretDeps extends Omit<ContentDeps, 'signal'> {
  readonly now: () => number;
  readonly backends: Backends;
  readonly generations: Generations;
  readonly secrets: TargetSecrets;
  readonly objects: TargetObjects;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

/** The controller of ExternalSecrets: gather, decide, plan, fetch, desired, status. */
export function createExternalSecretController(deps: ExternalSecretDeps): CompositeController {
  const memory = createMemory();
  const forced = createForcedSyncs();
  const reporter = createReporter(deps);

  const sync = async (request: HookRequest, { signal }: CallContext): Promise<SyncOutcome> => {
    const observed = readWorld(request, deps.now());
    try {
      const gathered = await gather(observed, memory, deps.secrets);
      if (gathered.kind === 'stale') return wait(2, { decision: 'Hold', reason: 'StaleCache' });
      return await pass(gathered.world, signal);
    } catch (error) {
      const message = 'the Kubernetes API did not let the hook read or patch the target Secret';
      return heldByKubernetes(error, { object: observed.object, reason: 'UpdateFailed', message }, deps);
    }
  };

  const pass = async (world: World, signal: AbortSignal): Promise<SyncOutcome> => {
    const pending = pendingAnswer(world, memory);
    const decision = decide(world, pending, deps.settings);
    const attempt = await act(world, decision, pending, signal);
    if (attempt.kind === 'again') return wait(attempt.seconds, summarize(decision));
    reporter.report(world, decision, attempt);
    const next = nextStatus(world, attempt.outcome);
    memory.answer(world, next.status);
    if (attempt.outcome.kind === 'Synced') deps.generations.settle(world.uid);
    return answer(world, decision, attempt, next);
  };

  const act = async (
    world: World,
    decision: Decision,
    pending: PendingAnswer | undefined,
    signal: AbortSignal,
  ): Promise<Attempt> => {
    switch (decision.kind) {
      case 'Keep':
        return stated(restated(world), { kind: 'Unchanged', againAt: decision.dueAt });
      case 'Confirm':
        return stated(restated(world), confirmed(world, decision));
      case 'Hold':
        return hold(world, decision.until, pending);
      case 'Refuse':
        return stated(restated(world), { kind: 'Failed', failure: decision.failure });
      case 'Release':
        return release(world, signal);
      case 'Refresh':
        return attemptRefresh(world, decision, pending, { ...deps, memory, forced, signal });
    }
  };

  /**
   * Hands the child over; the caller has to see that before anything else may be said of it (design rule 3). One that
   * was made a child again, beside a status that says synced, may hold anything: it is written at once.
   */
  const release = async (world: World, signal: AbortSignal): Promise<Attempt> => {
    const claim = await claimTarget(world, deps.secrets, deps.settings);
    const isRestored = world.status.syncedResourceVersion === world.version && routeOf(world) === 'apply';
    if (claim.kind === 'free' && isRestored && refusal(world, deps.settings) === undefined) {
      const refresh = { kind: 'Refresh', reason: 'Unconfirmed', id: refreshId(world) } as const;
      await attemptRefresh(world, refresh, undefined, { ...deps, memory, forced, signal });
    }
    return { kind: 'again', seconds: 1 };
  };

  const { watchTargets } = deps.settings;
  const customize = ({ parent }: CustomizeRequest) => relatedOf(parent, { watchTargets });
  return { name: 'externalsecret', parentKind: 'ExternalSecret', sync, customize };
}

/** The answer to the refresh that is needed now. One to another refresh is done with: recorded, or no longer wanted. */
function pendingAnswer(world: World, memory: Memory): PendingAnswer | undefined {
  const pending = memory.pending(world.uid);
  if (pending === undefined || world.problems().length > 0 || pending.id === refreshId(world)) return pending;
  memory.settle(world.uid);
  return undefined;
}

function confirmed({ target }: World, { id, readAt }: Extract<Decision, { kind: 'Confirm' }>): Outcome {
  return {
    kind: 'Synced',
    reason: 'SecretSynced',
    message: 'secret synced',
    readAt,
    refreshId: id,
    binding: 'bound',
    generated: target && generatedOf(target),
  };
}

/** While a failure's waiting time runs: an answer that is on its way is stated again, everything else stays. */
function hold(world: World, until: number, pending: PendingAnswer | undefined): Attempt {
  const child = onItsWay(world, pending);
  if (child !== undefined) return stated(child, { kind: 'Unchanged', againAt: until });
  return { kind: 'again', seconds: Math.max(1, Math.ceil((until - world.now) / 1000)) };
}

function stated(child: SecretObject | undefined, outcome: Outcome): Attempt {
  return { kind: 'answer', child, outcome };
}

/** The complete answer: the target, and whatever else may stay. */
function answer(
  world: World,
  decision: Decision,
  { child, outcome }: Extract<Attempt, { kind: 'answer' }>,
  { status, againAt }: StatusAnswer,
): SyncOutcome {
  const isOver = isInPlace(world, decision, outcome);
  const others = world.others
    .filter((other) => !(isOver && isMadeBy(world, other)))
    .map((other) => echo(other));
  const children: KubeObject[] = child === undefined ? others : [child, ...others];
  return {
    kind: 'answer',
    response: {
      status,
      children,
      ...(againAt === undefined ? {} : { resyncAfterSeconds: Math.max(1, (againAt - world.now) / 1000) }),
    },
    summary: {
      ...summarize(
        decision,
        outcome.kind === 'Failed' ? (outcome.failure.cause ?? outcome.failure.code) : undefined,
      ),
      stores: [...world.stores.keys()],
    },
  };
}

/** Whether what a rename left behind may go: its successor has been seen, or there is to be none. */
function isInPlace(world: World, decision: Decision, outcome: Outcome): boolean {
  if (outcome.kind === 'Synced') return outcome.binding === 'bound' || outcome.reason === 'SecretDeleted';
  if (decision.kind !== 'Keep' || decision.reason !== 'NotDue') return false;
  if (routeOf(world) === 'child') return world.target !== undefined;
  const { binding, refreshId } = world.status;
  return binding?.name === world.targetName && refreshId !== noSecret;
}

function isMadeBy(world: World, secret: SecretObject): boolean {
  return secret.metadata.labels?.[createdByLabel] === createdBy(world);
}

function wait(seconds: number, summary: SyncSummary): SyncOutcome {
  return { kind: 'wait', seconds, summary };
}

function summarize(decision: Decision, code?: string): SyncSummary {
  return { decision: decision.kind, reason: decision.reason, ...(code === undefined ? {} : { code }) };
}
