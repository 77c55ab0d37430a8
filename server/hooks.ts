import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type {
  CompositeController,
  DecoratorController,
  HookRequest,
  SyncOutcome,
} from '../composite-controllers/controller.ts';
import type { Log } from '../composite-controllers/lib/ports.ts';
import { type Call, refusalFor, startCall } from './call.ts';
import { decorate } from './decorator-hook.ts';
import { readCustomize, readSync } from './envelope.ts';
import { HookError } from './errors.ts';
import type { Gate } from './gate.ts';
import { failureFields } from './logger.ts';
import type { Pass, Subject } from './metric-series.ts';
import type { StoreLabels } from './metric-stores.ts';
import type { Metrics } from './metrics.ts';
import { serializeCustomize, serializeSync } from './response.ts';

export interface HookDeps {
  readonly controllers: readonly CompositeController[];
  readonly decorators: readonly DecoratorController[];
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly log: Log;
  /** A call's deadline in ms, below `webhook.timeout`. */
  readonly deadlineMs: number;
}

/** Adds POST /<controller>/<hook> for each hook of each controller of the table. */
export function addHooks(app: FastifyInstance, deps: HookDeps): void {
  const enter = async (request: FastifyRequest, reply: FastifyReply) => {
    const length = Number(request.headers['content-length']);
    // A body of unknown length counts as the longest one.
    const admission = deps.gate.enter(Number.isFinite(length) ? length : request.routeOptions.bodyLimit);
    if (admission.kind === 'full') throw new HookError('Busy', admission.retryAfter);
    reply.raw.once('close', admission.leave);
  };
  for (const controller of deps.controllers) {
    const route = (hook: string) => ({ config: { hook: { controller: controller.name, hook } } });
    for (const hook of ['sync', 'finalize'] as const) {
      const answer = controller[hook];
      if (answer === undefined) continue;
      app.post(`/${controller.name}/${hook}`, { ...route(hook), onRequest: enter }, (request, reply) =>
        reconcile({ controller, hook, answer }, request, reply, deps),
      );
    }
    // Outside the gate: Metacontroller calls it within its event delivery, which a refusal would hold up.
    app.post(`/${controller.name}/customize`, route('customize'), (request, reply) =>
      customize(controller, request, reply, deps),
    );
  }
  for (const decorator of deps.decorators) {
    const config = { hook: { controller: decorator.name, hook: 'sync' } };
    app.post(`/${decorator.name}/sync`, { config, onRequest: enter }, (request, reply) =>
      decorate(decorator, request, reply, deps),
    );
  }
}

async function customize(
  controller: CompositeController,
  request: FastifyRequest,
  reply: FastifyReply,
  { log }: HookDeps,
) {
  const body = readCustomize(request.body, controller.parentKind);
  try {
    const response = controller.customize?.(body) ?? { relatedResources: [] };
    return reply.type('application/json').send(serializeCustomize(body.parent, response));
  } catch (error) {
    log.error({ ...subjectOf(controller, body), ...failureFields(error) }, 'a customize call failed');
    throw new HookError('Bug');
  }
}

/** A hook that says how things are to be. */
interface Hook {
  readonly controller: CompositeController;
  readonly hook: 'sync' | 'finalize';
  readonly answer: CompositeController['sync'];
}

async function reconcile(hook: Hook, request: FastifyRequest, reply: FastifyReply, deps: HookDeps) {
  const body = readSync(request.body, hook.controller.parentKind);
  const call = startCall(reply.raw, deps.deadlineMs);
  const result = await pass(hook, body, call, deps).finally(call.end);
  if (result instanceof HookError) throw result;
  return reply.type('application/json').send(result);
}

/** One pass over a parent: the body to answer, or the refusal. Never rejects. */
async function pass(
  { controller, hook, answer }: Hook,
  body: HookRequest,
  call: Call,
  { metrics, log }: HookDeps,
): Promise<string | HookError> {
  const subject = subjectOf(controller, body);
  const { labels } = body.parent.metadata;
  try {
    const outcome = await call.settle(answer(body, { signal: call.signal }));
    // Serialized before it is counted: an answer that must not be sent did not happen.
    const text = outcome.kind === 'answer' ? serializeSync(body.parent, outcome.response, hook) : undefined;
    if (isOver(hook, body, outcome)) metrics.forget(subject);
    else metrics.passed({ ...passOf(subject, outcome, call.seconds()), labels });
    const { decision, reason, code } = outcome.summary;
    const level = decision === 'Keep' && code === undefined ? 'debug' : 'info';
    log[level](
      { ...subject, decision, reason, code, ms: Math.round(call.seconds() * 1_000) },
      hook === 'sync' ? 'synced' : 'finalizing',
    );
    return text ?? new HookError('Wait', outcome.kind === 'wait' ? outcome.seconds : 1);
  } catch (error) {
    const refusal = refusalFor(error, call);
    metrics.passed({ subject, outcome: 'error', seconds: call.seconds(), labels });
    const level = refusal.code === 'Bug' ? 'error' : 'warn';
    log[level]({ ...subject, ...failureFields(error), answer: refusal.code }, `a ${hook} call failed`);
    return refusal;
  }
}

/** What is being deleted has no series any more, but for one that is still held. */
function isOver(hook: Hook['hook'], { parent }: HookRequest, outcome: SyncOutcome): boolean {
  if (hook === 'sync') return parent.metadata.deletionTimestamp !== undefined;
  return outcome.kind === 'answer' && outcome.response.finalized === true;
}

function passOf(subject: Subject, outcome: SyncOutcome, seconds: number): Pass {
  const result = {
    subject,
    seconds,
    outcome: outcome.summary.code === undefined ? 'success' : 'error',
  } as const;
  if (outcome.kind === 'wait') return { ...result, nextSeconds: outcome.seconds };
  const { status, resyncAfterSeconds } = outcome.response;
  const { stores } = outcome.summary;
  const refreshedAt = Date.parse((status as { refreshTime?: string | null }).refreshTime ?? '') / 1_000;
  return {
    ...result,
    conditions: conditionsOf(status),
    ...(stores === undefined ? {} : { stores: stores.map((store) => storeLabels(store, subject)) }),
    ...(Number.isNaN(refreshedAt) ? {} : { refreshedAt }),
    ...(resyncAfterSeconds === undefined ? {} : { nextSeconds: resyncAfterSeconds }),
  };
}

/** Labels of a store that a summary names as `Kind/name`: it is of the parent's namespace, or of none. */
function storeLabels(store: string, { namespace }: Subject): StoreLabels {
  const slash = store.indexOf('/');
  const kind = store.slice(0, slash);
  return { kind, namespace: kind === 'ClusterSecretStore' ? '' : namespace, name: store.slice(slash + 1) };
}

function conditionsOf(status: object): { type: string; status: string }[] {
  const conditions = (status as { conditions?: unknown }).conditions;
  return Array.isArray(conditions)
    ? conditions.map(({ type, status }) => ({ type: String(type), status: String(status) }))
    : [];
}

function subjectOf(controller: CompositeController, { parent }: { parent: HookRequest['parent'] }): Subject {
  const { name, namespace = '' } = parent.metadata;
  return { kind: controller.parentKind, namespace, name };
}
