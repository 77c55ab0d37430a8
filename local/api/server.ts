import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { stringifyExact } from '../../providers/kit/json/exact.ts';
import { KubeApiError } from '../../server/kube-api.ts';
import { internal, methodNotAllowed, noSuchResource, pageNotFound, StatusError } from './errors.ts';
import { discover, version } from './http/discovery.ts';
import { answer, type Request } from './http/rest.ts';
import { streamWatch } from './http/watch-stream.ts';
import type { Store } from './store.ts';

export interface ApiServerOptions {
  readonly store: Store;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Every request must carry this bearer token, when set. */
  readonly token?: string;
}

export interface ApiServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The API server's limit on a request's body, in bytes. */
const bodyLimit = 3 * 1024 * 1024;

/** Serves the store over HTTP on 127.0.0.1, as kube-apiserver would. */
export async function startApiServer({ store, port = 0, token }: ApiServerOptions): Promise<ApiServer> {
  const app = fastify({ bodyLimit, forceCloseConnections: true });
  const closing = new AbortController();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setReplySerializer((payload) => stringifyExact(payload));
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.addHook('onRequest', async (request) => authenticate(request, token));
  app.addHook('preClose', async () => closing.abort());
  app.setNotFoundHandler((_request, reply) => sendError(reply, noSuchResource()));
  route(app, store, closing.signal);
  await app.listen({ host: '127.0.0.1', port });
  const { port: bound } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, close: () => app.close() };
}

function route(app: FastifyInstance, store: Store, closing: AbortSignal): void {
  for (const path of ['/healthz', '/livez', '/readyz']) app.get(path, async () => 'ok');
  app.get('/version', async () => version);
  app.all('/api', async () => discover(store.kinds(), '/api'));
  app.all('/apis', async () => discover(store.kinds(), '/apis'));
  for (const path of ['/api/*', '/apis/*'])
    app.all(path, async (request, reply) => {
      const asked = requestOf(request);
      const document = discover(store.kinds(), asked.path);
      if (document !== undefined) {
        if (asked.method !== 'GET') throw methodNotAllowed();
        return document;
      }
      if (asked.query.get('watch') === 'true' || asked.query.get('watch') === '1') {
        await streamWatch(store, asked, reply, closing);
        return reply;
      }
      const { status, body } = answer(store, asked);
      return reply.code(status).send(body);
    });
}

function requestOf({ method, url, headers, body }: FastifyRequest): Request {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  return {
    method,
    path: pathname,
    query: searchParams,
    contentType: (headers['content-type'] ?? '').split(';')[0]!.trim(),
    userAgent: headers['user-agent'] ?? '',
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}

function authenticate({ headers }: FastifyRequest, token: string | undefined): void {
  if (token === undefined) return;
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** Answers a failure as metav1.Status. */
function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof KubeApiError ? error : unexpected(error);
  const { status, reason, message } = known;
  if (known.message === pageNotFound().message) return reply.code(404).type('text/plain').send(known.message);
  const details = known instanceof StatusError ? known.details : undefined;
  const retry = status === 429 ? { retryAfterSeconds: 1 } : undefined;
  if (retry) void reply.header('retry-after', '1');
  return reply.code(status).send({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason && { reason }),
    ...((details || retry) && { details: { ...details, ...retry } }),
    code: status,
  });
}

function unexpected(error: unknown): StatusError {
  const code = (error as { statusCode?: unknown }).statusCode;
  if (code === 413) return new StatusError(413, 'RequestEntityTooLarge', 'limit is 3145728');
  return internal(error instanceof Error ? error.message : String(error));
}
