import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyError,
  type FastifyHttp2SecureOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Log } from '../composite-controllers/lib/ports.ts';
import type { Authenticator } from './auth.ts';
import { answerFor, answers, bodyOf, HookError } from './errors.ts';
import { addHooks, type HookDeps } from './hooks.ts';
import { failureFields } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { TlsOptions } from './tls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The hook that a route serves, for the metric of its calls. */
    hook?: { readonly controller: string; readonly hook: string };
    /** A route that needs no authentication. */
    open?: true;
  }
}

export interface AppDeps extends HookDeps {
  readonly auth: Authenticator;
  /** Whether /readyz says yes; no once the process is stopping. */
  readonly ready: () => boolean;
  /** HTTPS with HTTP/2; absent: plain HTTP/1.1. */
  readonly tls?: TlsOptions;
}

/** Parent, children and related objects together, in base64; a 413 would repeat for ever (spec metacontroller 16). */
export const bodyLimit = 32 * 1024 * 1024;

/** Go keeps idle connections for 90 s and doesn't repeat a POST on one that was just closed, so we close later. */
const idleMs = 95_000;

/** The whole HTTP application: hooks, probes, metrics, and one constant answer for each thing that can go wrong. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const app = instance(deps.tls);
  app.removeContentTypeParser('text/plain');

  app.addHook('onRequest', async (request, reply) => {
    measure(request, reply, deps.metrics);
    // While stopping, HTTP/1.1 callers are sent to another replica, one answer at a time.
    if (!deps.ready() && request.raw.httpVersionMajor === 1) reply.header('connection', 'close');
    if (request.routeOptions.config.open === true) return;
    if (!deps.auth.accepts(request.raw)) throw new HookError('Unauthorized');
    // Here and not in the handler: the body of a request to nowhere is not read.
    if (request.is404) throw new HookError('NotFound');
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, deps.log));

  app.get('/livez', { config: { open: true } }, async () => 'ok');
  app.get('/readyz', { config: { open: true } }, async () => {
    if (!deps.ready()) throw new HookError('Stopping');
    return 'ok';
  });
  app.get('/metrics', async (_, reply) => {
    const { contentType, text } = await deps.metrics.expose();
    return reply.type(contentType).send(text);
  });
  app.register(async (hooks) => addHooks(hooks, deps), { prefix: '/hooks' });
  return app;
}

/**
 * Without a logger: Fastify's own lines quote URLs, messages and, for a broken request, its raw bytes. Without its
 * guard against `__proto__`: that is a legal key of a Secret, and nothing here merges what it parsed.
 */
function instance(tls: TlsOptions | undefined): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    forceCloseConnections: 'idle',
    // Requests that were under way when the process began to stop get their answers.
    return503OnClosing: false,
    keepAliveTimeout: idleMs,
    requestTimeout: 30_000,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void refuse(error, request, reply),
    clientErrorHandler: refuseSocket,
  } as const;
  if (tls === undefined) return Fastify(options);
  const secure = { ...options, http2: true, http2SessionTimeout: idleMs, https: tls };
  const app = Fastify(secure as unknown as FastifyHttp2SecureOptions<Http2SecureServer>);
  // Fastify leaves the HTTP/1.1 side of an HTTP/2 server at Node's 5 s.
  Object.assign(app.server, { keepAliveTimeout: idleMs, requestTimeout: options.requestTimeout });
  return app as unknown as FastifyInstance;
}

function measure(request: FastifyRequest, reply: FastifyReply, metrics: Metrics): void {
  const { hook } = request.routeOptions.config;
  if (hook === undefined) return;
  const startedAt = performance.now();
  let counted = false;
  const count = (status: number | 'gone') => {
    if (counted) return;
    counted = true;
    metrics.hookCalled({ ...hook, status, seconds: (performance.now() - startedAt) / 1_000 });
  };
  reply.raw.once('finish', () => count(reply.raw.statusCode));
  reply.raw.once('close', () => count('gone'));
}

/** The answer to anything thrown: a row of the table, whatever the error says. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log?: Log) {
  const code = answerFor(error);
  const route = request.routeOptions.url;
  if (code !== 'Bug' || error instanceof HookError)
    log?.debug({ route, answer: code }, 'a request was refused');
  // A body that ends early comes as the socket's error.
  else if (!request.raw.complete) log?.debug({ route }, 'a caller left before its request was complete');
  else log?.error({ ...failureFields(error), route }, 'a request failed');
  const { status } = answers[code];
  if (status === 429) reply.header('retry-after', wholeSeconds((error as HookError).retryAfter));
  return reply.code(status).type('application/json').send(bodyOf(code));
}

/** Metacontroller reads anything but a whole number of at least 1 as "at once" (spec metacontroller 5.4). */
function wholeSeconds(seconds = 1): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 3_600) : 1;
}

/** What never became a request, and has no reply object. */
function refuseSocket(_: Error, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const body = bodyOf('BadRequest');
  const head = ['HTTP/1.1 400 Bad Request', 'Content-Type: application/json', 'Connection: close'];
  socket.end(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`);
}
