import { LRUCache } from 'lru-cache';
import type { CompositeController, CustomizeRequest, HookRequest, SyncOutcome } from '../controller.ts';
import { extras } from '../lib/contains.ts';
import { heldByKubernetes } from '../lib/kube-refusal.ts';
import type { KubeObject } from '../lib/objects.ts';
import { echoObject } from '../lib/owned-fields.ts';
import type { ClusterNamespaces, EventSink, Log, TargetObjects } from '../lib/ports.ts';
import type { FanOutKind } from './kind.ts';
import { namespaceRules, selectionProblem } from './namespaces.ts';
import { type Plan, plan } from './plan.ts';
import type { FanOutStatus, Selection } from './schema.ts';
import { createSightings } from './sightings.ts';
import { failuresOf, nextStatus, refusedStatus } from './status.ts';
import { survey } from './survey.ts';
import { observedChildren, readWorld, refreshMs, type World } from './world.ts';

/** What a controller of a kind with a child in each namespace needs from its surroundings. */
export interface FanOutDeps {
  readonly now: () => number;
  readonly objects: Pick<TargetObjects, 'get' | 'patch'>;
  readonly namespaces: ClusterNamespaces;
  readonly events: EventSink;
  readonly log: Log;
}

const second = 1_000;
/** Somebody else's object may go at any time, and nobody tells: so often a failed namespace is looked at. */
const failedMs = 60 * second;
/** What isn't seen yet makes an event when it is; this is for what never comes. */
const pendingMs = 15 * second;
/** What others add to a child's spec comes off at most so often: who insists on it must not make a loop. */
const repairEveryMs = 60 * second;

/** The controller of a {@link FanOutKind}: survey, plan, status. */
export function createFanOutController(kind: FanOutKind, deps: FanOutDeps): CompositeController {
  const sightings = createSightings();
  const repaired = new LRUCache<string, number>({ max: 10_000 });

  const sync = async (request: HookRequest): Promise<SyncOutcome> => {
    const now = deps.now();
    const { parent, children } = request;
    const status = (parent.status ?? {}) as FanOutStatus;
    const observed = () => observedChildren(children, kind).map((child) => echoObject(child));
    // Its children go with it, by garbage collection.
    if (parent.metadata.deletionTimestamp !== undefined) {
      return { kind: 'answer', response: { status, children: observed() }, summary: keep('BeingDeleted') };
    }
    const world = readWorld(request, kind, now);
    if ('kind' in world) {
      if (world.kind === 'stale') return wait(2, 'StaleCache');
      const refused = refusedStatus(status, world.problem, now);
      report(parent, status, refused, world.problem);
      return {
        kind: 'answer',
        response: { status: refused, children: observed() },
        summary: { decision: 'Refuse', reason: 'SpecInvalid', code: 'SpecInvalid' },
      };
    }
    try {
      const planned = plan(world, kind, await survey(world, kind, deps));
      return answer(world, planned, await removeExtras(world));
    } catch (error) {
      const message = `the Kubernetes API did not let the hook look at a namespace or at a ${kind.child.kind}`;
      return heldByKubernetes(error, { object: parent, reason: 'UpdateFailed', message }, deps);
    }
  };

  /**
   * Server-side apply leaves what others have put into the spec, ESO before us among them; ESO replaces it. Returns after how
   * many ms something is still to be removed, or undefined.
   */
  const removeExtras = async ({ children, template, now }: World): Promise<number | undefined> => {
    let againMs: number | undefined;
    const again = (ms: number) => {
      againMs = Math.min(againMs ?? ms, ms);
    };
    for (const child of children.values()) {
      const { uid = '', resourceVersion } = child.metadata;
      const paths = extras(child.spec, template.spec, '/spec');
      if (paths.length === 0) continue;
      const waitMs = (repaired.get(uid) ?? Number.NEGATIVE_INFINITY) + repairEveryMs - now;
      if (waitMs > 0) {
        again(waitMs);
        continue;
      }
      const outcome = await deps.objects.patch(child, [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        ...paths.map((path) => ({ op: 'remove', path }) as const),
      ]);
      if (outcome.kind === 'conflict') again(second);
      else repaired.set(uid, now);
    }
    return againMs;
  };

  const answer = (world: World, planned: Plan, extrasMs: number | undefined): SyncOutcome => {
    const { parent, status: before, now, selection } = world;
    const overdue = sightings.overdue(parent.metadata.uid ?? '', planned.pending, now);
    const failures = failuresOf(planned, overdue, kind);
    const status = nextStatus(world, kind, planned, failures);
    report(parent, before, status, failures[0]?.reason ?? '');
    const againMs = [
      refreshMs(selection),
      failures.length > 0 ? failedMs : undefined,
      planned.pending.length > 0 ? pendingMs : undefined,
      planned.isPartial ? second : undefined,
      extrasMs,
    ].filter((ms) => ms !== undefined);
    return {
      kind: 'answer',
      response: {
        status,
        children: planned.children,
        ...(againMs.length === 0
          ? {}
          : { resyncAfterSeconds: Math.max(1, Math.min(...againMs, longestMs) / second) }),
      },
      summary: {
        decision: 'Provision',
        reason: failures.length > 0 ? 'Failed' : planned.pending.length > 0 ? 'Pending' : 'Settled',
        ...(failures.length > 0 ? { code: 'NamespaceFailed' } : {}),
      },
    };
  };

  /** Once per change of what is failing. */
  const report = (parent: KubeObject, before: FanOutStatus, after: FanOutStatus, why: string): void => {
    const failed = (status: FanOutStatus) =>
      (status.failedNamespaces ?? []).map(({ namespace }) => namespace).join(', ');
    if (failed(after) === '' || failed(after) === failed(before)) return;
    deps.log.warn({ kind: kind.kind, name: parent.metadata.name }, 'one or more namespaces failed');
    const message = `one or more namespaces failed (${failed(after).slice(0, 200)}): ${why}`;
    deps.events.record(parent, 'Warning', 'NamespacesFailed', message);
  };

  const customize = ({ parent }: CustomizeRequest) => {
    const isReadable = parent.metadata.deletionTimestamp === undefined && kind.problems(parent).length === 0;
    const selection = (isReadable ? parent.spec : {}) as Selection;
    // An invalid selector would fail in Metacontroller, where no status tells of it.
    return { relatedResources: selectionProblem(selection) === undefined ? namespaceRules(selection) : [] };
  };

  return { name: kind.controller, parentKind: kind.kind, sync, customize };
}

/** Metacontroller's timers hold no more than some hundred years. */
const longestMs = 365 * 24 * 3_600 * second;

const keep = (reason: string) => ({ decision: 'Keep', reason });

function wait(seconds: number, reason: string): SyncOutcome {
  return { kind: 'wait', seconds, summary: { decision: 'Hold', reason } };
}
