import type { Backends } from '../../providers/backends.ts';
import type {
  CallContext,
  CompositeController,
  HookRequest,
  SyncOutcome,
  SyncSummary,
} from '../controller.ts';
import type { KubeObject, SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import {
  type EventSink,
  kubernetesStatus,
  type Log,
  type Settings,
  type TargetSecrets,
} from '../lib/ports.ts';
import { type Attempt, attemptRefresh } from './attempt.ts';
import { customize } from './customize.ts';
import { type Decision, decide } from './decide.ts';
import { createdBy } from './desired.ts';
import type { SyncFailure } from './errors.ts';
import { createForcedSyncs } from './force-sync.ts';
import { createMemory, type Memory } from './memory.ts';
import { createdByLabel } from './names.ts';
import { createReporter } from './report.ts';
import { nextStatus, type Outcome } from './status.ts';
import { restateTarget } from './target.ts';
import { specProblems } from './validity.ts';
import { readWorld, type World } from './world.ts';

/** What the ExternalSecret's controller needs from its surroundings. */
export interface ExternalSecretDeps {
  readonly now: () => number;
  readonly backends: Backends;
  readonly secrets: TargetSecrets;
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
    const world = readWorld(request, deps.now());
    const trust = memory.knows(world.uid) && memory.pending(world.uid) === undefined ? 'observed' : 'live';
    if (memory.isStale(world.object, world.target, world.now)) {
      return wait(1, { decision: 'Hold', reason: 'StaleCache' });
    }
    const decision = decideFor(world, memory, deps.settings);
    const attempt = await act(world, decision, trust, signal).catch((error: unknown) =>
      laterIfKubernetes(error, world),
    );
    if (attempt.kind === 'again') return wait(attempt.seconds, summarize(decision));
    if (attempt.outcome.kind === 'Synced') memory.settle(world.uid);
    reporter.report(world, decision, attempt);
    return answer(world, decision, attempt);
  };

  const act = async (
    world: World,
    decision: Decision,
    trust: 'observed' | 'live',
    signal: AbortSignal,
  ): Promise<Attempt> => {
    switch (decision.kind) {
      case 'Keep':
        return stated(restated(world), { kind: 'Unchanged', againAt: decision.dueAt });
      case 'Confirm':
        return stated(restated(world), confirmed(world, decision.id, memory));
      case 'Hold':
        return hold(world, decision.until, memory);
      case 'Refuse':
        return stated(await restateTarget(world, deps.secrets, trust), failed(decision.failure));
      case 'Refresh':
        return attemptRefresh(world, decision, { ...deps, memory, forced, trust, signal });
    }
  };

  /** What the API server would not tell is asked again; whatever else went wrong is a bug, and answered as one. */
  const laterIfKubernetes = (error: unknown, { namespace, name }: World): Attempt => {
    const status = kubernetesStatus(error);
    if (status === undefined) throw error;
    deps.log.warn(
      { namespace, name, status },
      'the Kubernetes API did not let the hook look at the target Secret',
    );
    return { kind: 'again', seconds: 5 };
  };

  return { name: 'externalsecret', parentKind: 'ExternalSecret', sync, customize };
}

/** A spec whose shape is wrong is refused before anything looks at its fields. */
function decideFor(world: World, memory: Memory, settings: Settings): Decision {
  const problems = specProblems(world.object);
  if (problems.length === 0) return decide(world, memory.pending(world.uid), settings);
  const detail = problems
    .slice(0, 5)
    .map(({ path, message }) => `spec${path} ${message}`)
    .join('; ');
  return { kind: 'Refuse', reason: 'Changed', failure: { code: 'SpecInvalid', detail } };
}

function confirmed(world: World, id: string, memory: Memory): Outcome {
  return {
    kind: 'Synced',
    reason: 'SecretSynced',
    message: 'secret synced',
    readAt: memory.pending(world.uid)?.readAt ?? world.now,
    refreshId: id,
    binding: 'bound',
  };
}

/** While a failure's waiting time runs: an answer that is on its way is stated again, everything else stays. */
function hold(world: World, until: number, memory: Memory): Attempt {
  const pending = memory.pending(world.uid);
  if (pending !== undefined) return stated(pending.secret, { kind: 'Unchanged', againAt: until });
  return { kind: 'again', seconds: Math.max(1, Math.ceil((until - world.now) / 1000)) };
}

function restated({ target }: World): SecretObject | undefined {
  return target === undefined ? undefined : echo(target);
}

function stated(child: SecretObject | undefined, outcome: Outcome): Attempt {
  return { kind: 'answer', child, outcome };
}

function failed(failure: SyncFailure): Outcome {
  return { kind: 'Failed', failure };
}

/** The complete answer: the target, and whatever else may stay. */
function answer(
  world: World,
  decision: Decision,
  { child, outcome }: Extract<Attempt, { kind: 'answer' }>,
): SyncOutcome {
  const { status, againAt } = nextStatus(world, outcome);
  const others = world.others.filter((other) => !mayGo(world, decision, outcome, other)).map(echo);
  const children: KubeObject[] = child === undefined ? others : [child, ...others];
  return {
    kind: 'answer',
    response: {
      status,
      children,
      ...(againAt === undefined ? {} : { resyncAfterSeconds: Math.max(1, (againAt - world.now) / 1000) }),
    },
    summary: summarize(
      decision,
      outcome.kind === 'Failed' ? (outcome.failure.cause ?? outcome.failure.code) : undefined,
    ),
  };
}

/** What a rename left behind goes once the new Secret is in place, and only if it says itself that we made it. */
function mayGo(world: World, decision: Decision, outcome: Outcome, other: SecretObject): boolean {
  const settled = outcome.kind === 'Synced' || (decision.kind === 'Keep' && decision.reason === 'NotDue');
  return settled && other.metadata.labels?.[createdByLabel] === createdBy(world);
}

function wait(seconds: number, summary: SyncSummary): SyncOutcome {
  return { kind: 'wait', seconds, summary };
}

function summarize(decision: Decision, code?: string): SyncSummary {
  return { decision: decision.kind, reason: decision.reason, ...(code === undefined ? {} : { code }) };
}
