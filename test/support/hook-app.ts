import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type {
  CallContext,
  CompositeController,
  HookRequest,
  SyncOutcome,
  SyncResponse,
} from '../../composite-controllers/controller.ts';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type AppDeps, buildApp } from '../../server/app.ts';
import { noAuthentication } from '../../server/auth.ts';
import { createGate } from '../../server/gate.ts';
import { createLogger } from '../../server/logger.ts';
import { createMetrics, type Metrics } from '../../server/metrics.ts';
import { captureLog, type LogCapture } from './log-capture.ts';

/** A controller of ExternalSecrets that does what the test says. */
export function controllerThat(
  sync: (request: HookRequest, context: CallContext) => Promise<SyncOutcome> | SyncOutcome,
  customize?: CompositeController['customize'],
): CompositeController {
  return {
    name: 'externalsecret',
    parentKind: 'ExternalSecret',
    sync: async (request, context) => sync(request, context),
    ...(customize === undefined ? {} : { customize }),
  };
}

/** An answer that keeps things as they are. */
export function answering(response: Partial<SyncResponse> = {}): SyncOutcome {
  return {
    kind: 'answer',
    summary: { decision: 'Keep', reason: 'NotDue' },
    response: { status: {}, children: [], ...response },
  };
}

export const parent: KubeObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'app', namespace: 'team-a', uid: 'uid-1' },
};

/** The body of a sync call about {@link parent}. */
export const syncBody = {
  controller: { apiVersion: 'v1', kind: 'CompositeController', metadata: { name: 'externalsecret' } },
  parent,
  children: {},
  related: {},
  finalizing: false,
};

export const { children: _children, related: _related, finalizing: _finalizing, ...customizeBody } = syncBody;

/** The HTTP application of a test. */
export interface HookApp {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  readonly log: LogCapture;
  /** Sends a POST whose body is JSON, or a text as it is. */
  post(
    path: string,
    body: object | string,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
}

/** The application around one controller, without a socket. Logs everything. */
export function hookApp(controller: CompositeController, deps: Partial<AppDeps> = {}): HookApp {
  const log = captureLog();
  const gate = deps.gate ?? createGate({ maxBytes: 1 << 28, maxCalls: 100, random: () => 0.5 });
  const metrics =
    deps.metrics ?? createMetrics({ now: Date.now, bytesInFlight: gate.bytes, process: 'ignored' });
  const app = buildApp({
    controllers: [controller],
    decorators: [],
    gate,
    metrics,
    auth: noAuthentication,
    ready: () => true,
    deadlineMs: 5_000,
    log: createLogger('trace', log.stream),
    ...deps,
  });
  return {
    app,
    metrics,
    log,
    post: (path, body, headers) =>
      app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
