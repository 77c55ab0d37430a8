import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DecoratorController, DecoratorRequest } from '../composite-controllers/controller.ts';
import type { Log } from '../composite-controllers/lib/ports.ts';
import { type Call, refusalFor, startCall } from './call.ts';
import { readDecorator } from './envelope.ts';
import { HookError } from './errors.ts';
import { failureFields } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { serializeDecorator } from './response.ts';

interface Deps {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly deadlineMs: number;
}

/** Answers a call about an object that is somebody else's. */
export async function decorate(
  decorator: DecoratorController,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Deps,
) {
  const body = readDecorator(request.body, decorator.kinds);
  const call = startCall(reply.raw, deps.deadlineMs);
  const result = await pass(decorator, body, call, deps).finally(call.end);
  if (result instanceof HookError) throw result;
  return reply.type('application/json').send(result);
}

/** One pass over an object: the body to answer, or the refusal. Never rejects. */
async function pass(
  decorator: DecoratorController,
  body: DecoratorRequest,
  call: Call,
  { metrics, log }: Deps,
): Promise<string | HookError> {
  const { name, namespace = '', deletionTimestamp } = body.object.metadata;
  const subject = { kind: body.object.kind, namespace, name };
  try {
    const outcome = await call.settle(decorator.sync(body, { signal: call.signal }));
    const text = serializeDecorator(outcome);
    const { decision, reason, code } = outcome.summary;
    const next = outcome.resyncAfterSeconds;
    if (deletionTimestamp !== undefined) metrics.forget(subject);
    else
      metrics.passed({
        subject,
        outcome: code === undefined ? 'success' : 'error',
        seconds: call.seconds(),
        ...(next === undefined ? {} : { nextSeconds: next }),
      });
    if (decision === 'Rollout') metrics.rolledOut(subject.kind);
    const level = decision === 'Keep' && code === undefined ? 'debug' : 'info';
    log[level]({ ...subject, decision, reason, code, ms: Math.round(call.seconds() * 1_000) }, 'synced');
    return text;
  } catch (error) {
    const refusal = refusalFor(error, call);
    metrics.passed({ subject, outcome: 'error', seconds: call.seconds() });
    const level = refusal.code === 'Bug' ? 'error' : 'warn';
    log[level]({ ...subject, ...failureFields(error), answer: refusal.code }, 'a sync call failed');
    return refusal;
  }
}
