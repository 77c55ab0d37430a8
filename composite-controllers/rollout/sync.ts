import type { DecoratorController, DecoratorOutcome, DecoratorRequest } from '../controller.ts';
import type { KubeObject } from '../lib/objects.ts';
import {
  type EventSink,
  type Fingerprints,
  kubernetesStatus,
  type Log,
  type Settings,
  type TargetObjects,
  type TargetSecrets,
} from '../lib/ports.ts';
import { nextSlot } from '../lib/slots.ts';
import { readBaseline } from './baseline.ts';
import { consumedSecrets } from './consumed.ts';
import { type Decision, decide } from './decide.ts';
import { fingerprintAll } from './fingerprints.ts';
import { workloadKinds } from './kind.ts';
import { patchOf } from './patch.ts';
import { readSchedule, type Schedule } from './schedule.ts';

/** What the rollouts of workloads need from their surroundings. */
export interface RolloutDeps {
  readonly now: () => number;
  readonly secrets: Pick<TargetSecrets, 'get'>;
  readonly objects: Pick<TargetObjects, 'get' | 'patch'>;
  readonly fingerprints: Fingerprints;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Pick<Settings, 'rolloutIntervalMs'>;
}

const second = 1_000;
/** Who has to change a right or an annotation takes his time. */
const brokenSeconds = 60;

/** The controller of workloads that want to be restarted when the data of their Secrets changes: look, decide, write. */
export function createRolloutController(deps: RolloutDeps): DecoratorController {
  const sync = async ({ object }: DecoratorRequest): Promise<DecoratorOutcome> => {
    if (object.metadata.deletionTimestamp !== undefined) return answer(undefined, 'Keep', 'BeingDeleted');
    const schedule = readSchedule(object);
    if ('problem' in schedule) {
      deps.events.record(object, 'Warning', 'RolloutInvalid', `no rollout begins: ${schedule.problem}`);
      return answer(brokenSeconds, 'Refuse', 'Invalid', 'RolloutInvalid');
    }
    try {
      return await pass(object, schedule);
    } catch (error) {
      // What the API server would not tell or take is tried again; whatever else went wrong is a bug, and answered as one.
      const status = kubernetesStatus(error);
      if (status === undefined) throw error;
      const { namespace, name } = object.metadata;
      const message = `the Kubernetes API did not let the hook read Secrets, or read and patch the ${object.kind}`;
      deps.log.warn({ kind: object.kind, namespace, name, status }, message);
      deps.events.record(object, 'Warning', 'RolloutFailed', `${message} (HTTP ${status})`);
      return answer(status === 403 ? brokenSeconds : 5, 'Hold', 'Kubernetes', 'Kubernetes');
    }
  };

  const pass = async (object: KubeObject, schedule: Schedule): Promise<DecoratorOutcome> => {
    const shown = await decided(object, schedule);
    if (shown.kind !== 'Record' && shown.kind !== 'Rollout') return settled(object, shown);
    // Caches lag: what is to be written is decided about the live workload.
    const { namespace = '', name, uid } = object.metadata;
    const live = await deps.objects.get(object, namespace, name);
    if (live === undefined || live.metadata.uid !== uid) return answer(undefined, 'Keep', 'Gone');
    const decision = await decided(live, schedule);
    if (decision.kind !== 'Record' && decision.kind !== 'Rollout') return settled(live, decision);
    const written = await deps.objects.patch(live, patchOf(live, decision));
    if (written.kind === 'conflict') return answer(1, 'Hold', 'Conflict');
    report(live, decision);
    // With what is still to wait for: the write is no event where only status and baseline change.
    return answer(1, decision.kind, decision.kind === 'Rollout' ? 'DataChanged' : 'Recorded');
  };

  const decided = async (workload: KubeObject, schedule: Schedule): Promise<Decision> => {
    const { namespace = '', uid = '' } = workload.metadata;
    const consumed = consumedSecrets(workload);
    const current = await fingerprintAll(namespace, consumed, deps.secrets, deps.fingerprints);
    const baseline = readBaseline(workload);
    return decide({ now: deps.now(), uid, consumed, current, baseline, schedule });
  };

  const settled = (
    object: KubeObject,
    decision: Extract<Decision, { kind: 'Keep' | 'Wait' }>,
  ): DecoratorOutcome => {
    const now = deps.now();
    const { uid = '' } = object.metadata;
    const look = nextSlot({ uid, intervalMs: deps.settings.rolloutIntervalMs, after: now });
    if (decision.kind === 'Keep') return answer((look - now) / second, 'Keep', 'Same');
    const until = Math.min(decision.until ?? look, look);
    return answer((until - now) / second, 'Wait', 'NotYet');
  };

  const report = (object: KubeObject, decision: Extract<Decision, { kind: 'Record' | 'Rollout' }>): void => {
    const names = (list: readonly string[]) => list.join(', ').slice(0, 500);
    if (decision.kind === 'Rollout') {
      const message = `restarted since the data of Secret ${names(decision.changed)} has changed`;
      deps.events.record(object, 'Normal', 'RolloutStarted', message);
    } else if (decision.lost.length > 0) {
      const message = `whether the data of Secret ${names(decision.lost)} has changed cannot be told: the key of its fingerprint is gone`;
      deps.events.record(object, 'Warning', 'RolloutBaselineLost', message);
    }
  };

  return { name: 'rollout', kinds: workloadKinds.map(({ kind }) => kind), sync };
}

function answer(
  seconds: number | undefined,
  decision: string,
  reason: string,
  code?: string,
): DecoratorOutcome {
  return {
    ...(seconds === undefined ? {} : { resyncAfterSeconds: Math.max(1, seconds) }),
    summary: { decision, reason, ...(code === undefined ? {} : { code }) },
  };
}
