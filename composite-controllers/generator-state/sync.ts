import type { Generators } from '../../providers/generators.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Generator } from '../../providers/kit/generator.ts';
import { stringifyExact } from '../../providers/kit/json/exact.ts';
import type {
  CallContext,
  CompositeController,
  CustomizeRequest,
  HookRequest,
  SyncOutcome,
} from '../controller.ts';
import { generatorProblems } from '../generator/resolve.ts';
import { rfc3339, setCondition } from '../lib/conditions.ts';
import { type JsonPatchOperation, pointerSegment } from '../lib/json-patch.ts';
import type { KubeObject } from '../lib/objects.ts';
import { type EventSink, type GeneratorStates, kubernetesStatus, type Log } from '../lib/ports.ts';
import { type Decision, decide, ownerOf, supersededAnnotation } from './decide.ts';
import { stateFinalizer } from './object.ts';
import type { GeneratorStateSpec, GeneratorStateStatus } from './schema.ts';

export interface GeneratorStateDeps {
  readonly now: () => number;
  readonly generators: Generators;
  readonly built: ReadonlyMap<string, Generator>;
  readonly states: GeneratorStates;
  readonly events: EventSink;
  readonly log: Log;
}

const revokeMs = 8_000;
/** An attempt to take something back follows the one before after so long, at the least and at the most. */
const shortestRetryMs = 5_000;
const longestRetryMs = 300_000;

/** What a pass came to: the words of the Ready condition, and when to come again (ms). */
interface Said {
  readonly status: 'True' | 'False';
  readonly reason: 'Created' | 'Error';
  readonly message: string;
  readonly againAt?: number;
}

/**
 * The controller of GeneratorStates: what a generator has made is taken back once its owner's target no longer holds it,
 * and when its state is deleted, be it with its owner.
 */
export function createGeneratorStateController(deps: GeneratorStateDeps): CompositeController {
  const { states, now } = deps;

  const sync = async (request: HookRequest, { signal }: CallContext): Promise<SyncOutcome> => {
    const { parent, related } = request;
    const decision = decide(parent, related, now());
    const summary = {
      decision: decision.kind,
      reason: 'reason' in decision ? decision.reason : decision.kind,
    };
    try {
      const said = await act(parent, decision, signal);
      return said === 'moved' ? { kind: 'wait', seconds: 1, summary } : answer(parent, said, summary, now());
    } catch (error) {
      const status = kubernetesStatus(error);
      if (status === undefined) throw error;
      const { namespace, name } = parent.metadata;
      deps.log.warn(
        { namespace, name, status },
        'the Kubernetes API did not let the hook write a GeneratorState',
      );
      return { kind: 'wait', seconds: 5, summary: { decision: 'Hold', reason: 'Kubernetes' } };
    }
  };

  const act = async (state: KubeObject, decision: Decision, signal: AbortSignal): Promise<Said | 'moved'> => {
    const created = { status: 'True', reason: 'Created', message: 'generator state created' } as const;
    switch (decision.kind) {
      case 'Keep':
        return { ...created, ...(decision.againAt === undefined ? {} : { againAt: decision.againAt }) };
      case 'Expire':
        await states.patch(state, deadlinePatch(state, decision.deadline));
        return 'moved';
      case 'Restore':
        await states.patch(state, deadlinePatch(state, undefined));
        return 'moved';
      case 'Delete':
        await states.remove(state);
        return { ...created, message: 'no longer in use: it is taken back' };
      case 'Revoke':
        return revoke(state, decision.since, signal);
      case 'GiveUp': {
        const message =
          'could not be taken back for an hour: revoke it by hand, where it does not end by itself';
        deps.events.record(state, 'Warning', 'RevocationGivenUp', message);
        deps.log.error({ namespace: state.metadata.namespace, name: state.metadata.name }, message);
        await states.patch(state, finalizerPatch(state));
        return { status: 'False', reason: 'Error', message };
      }
    }
  };

  const revoke = async (state: KubeObject, since: number, signal: AbortSignal): Promise<Said> => {
    const { namespace = '', name } = state.metadata;
    const failure = await failureOf(state, namespace, signal);
    if (failure === undefined) {
      await states.patch(state, finalizerPatch(state));
      return { status: 'True', reason: 'Created', message: 'taken back' };
    }
    const message = `could not take it back: ${failure}`;
    deps.log.warn({ namespace, name }, message);
    deps.events.record(state, 'Warning', 'RevocationFailed', message);
    const step = Math.min(Math.max((now() - since) / 2, shortestRetryMs), longestRetryMs);
    return { status: 'False', reason: 'Error', message, againAt: now() + step };
  };

  /** Why it could not be taken back; undefined when it was. */
  const failureOf = async (
    state: KubeObject,
    namespace: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const { resource, state: made } = (state.spec ?? {}) as GeneratorStateSpec;
    const { kind = '', metadata, spec = {} } = (resource ?? {}) as Partial<KubeObject>;
    const generator = deps.built.get(kind);
    if (generator === undefined) return 'this version of Keyhook has no such generator';
    const [problem] = generatorProblems(generator, spec);
    if (problem !== undefined) return `spec.resource.spec.${problem.path}: ${problem.message}`;
    const handle = { kind, name: metadata?.name ?? '', isCluster: false, spec };
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(revokeMs)]);
      await deps.generators.revoke(handle, stringifyExact(made ?? {}), namespace, within);
      return undefined;
    } catch (error) {
      if (error instanceof ProviderError) return error.message;
      throw error;
    }
  };

  return { name: 'generatorstate', parentKind: 'GeneratorState', sync, customize };
}

/** The ExternalSecret that owns the state, which says what its target holds. */
function customize({ parent }: CustomizeRequest) {
  const owner = ownerOf(parent);
  const { namespace } = parent.metadata;
  if (owner === undefined || namespace === undefined) return { relatedResources: [] };
  const rule = {
    apiVersion: 'external-secrets.io/v1',
    resource: 'externalsecrets',
    namespace,
    names: [owner.name],
  };
  return { relatedResources: [rule] };
}

function answer(
  { status }: KubeObject,
  { againAt, ...said }: Said,
  summary: { readonly decision: string; readonly reason: string },
  now: number,
): SyncOutcome {
  const before = (status ?? {}) as GeneratorStateStatus;
  return {
    kind: 'answer',
    response: {
      status: {
        ...before,
        conditions: setCondition(before.conditions ?? [], { type: 'Ready', ...said }, now),
      },
      children: [],
      ...(againAt === undefined ? {} : { resyncAfterSeconds: Math.max(1, (againAt - now) / 1000) }),
    },
    summary: { ...summary, ...(said.status === 'False' ? { code: 'RevocationFailed' } : {}) },
  };
}

function guard({ metadata }: KubeObject): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion ?? '' };
}

/** Sets our deadline, or takes it away. */
function deadlinePatch(state: KubeObject, deadline: number | undefined): readonly JsonPatchOperation[] {
  const mark = `/metadata/annotations/${pointerSegment(supersededAnnotation)}`;
  if (deadline === undefined)
    return [
      guard(state),
      { op: 'remove', path: mark },
      { op: 'remove', path: '/spec/garbageCollectionDeadline' },
    ];
  const annotations = state.metadata.annotations;
  return [
    guard(state),
    ...(annotations === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const] : []),
    { op: 'add', path: mark, value: 'true' },
    { op: 'add', path: '/spec/garbageCollectionDeadline', value: rfc3339(deadline) },
  ];
}

function finalizerPatch(state: KubeObject): readonly JsonPatchOperation[] {
  const index = (state.metadata.finalizers ?? []).indexOf(stateFinalizer);
  return [guard(state), { op: 'remove', path: `/metadata/finalizers/${index}` }];
}
