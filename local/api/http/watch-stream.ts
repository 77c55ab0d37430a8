import type { FastifyReply } from 'fastify';
import { stringifyExact } from '../../../providers/kit/json/exact.ts';
import { KubeApiError, type WatchEvent } from '../../../server/kube-api.ts';
import { internal } from '../errors.ts';
import type { Store } from '../store.ts';
import { parseVersion } from '../watch.ts';
import { parsePath } from './path.ts';
import type { Request } from './rest.ts';

/** Answers a watch with one JSON event a line, until the client goes, the asked time is over or the server closes. */
export async function streamWatch(
  store: Store,
  { path, query }: Request,
  reply: FastifyReply,
  closing: AbortSignal,
): Promise<void> {
  const address = parsePath(path);
  const target = store.target(address, address.namespace);
  const after = parseVersion(query.get('resourceVersion'));
  const byName = address.name === undefined ? undefined : `metadata.name=${address.name}`;
  const selection = {
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: byName ?? query.get('fieldSelector') ?? undefined,
  };
  // Selectors that don't parse are refused before the stream begins.
  const { resourceVersion } = store.list(target, selection);
  const gone = new AbortController();
  const { raw } = reply;
  raw.on('close', () => gone.abort());
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const signals = [gone.signal, closing, ...(seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [])];
  reply.hijack();
  raw.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  raw.flushHeaders();
  const write = (event: WatchEvent | { type: 'ERROR'; object: object }): void => {
    raw.write(`${stringifyExact(event)}\n`);
  };
  const initial = query.get('sendInitialEvents') === 'true';
  if (initial) {
    const { kind, apiVersion } = target;
    for (const object of store.list(target, selection).items) write({ type: 'ADDED', object });
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { name: '', resourceVersion, annotations };
    write({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion, metadata } });
  }
  try {
    const from = initial ? Number(resourceVersion) : after;
    await store.watch(target, { ...selection, after: from }, write, AbortSignal.any(signals));
  } catch (error) {
    const { status, reason, message } = error instanceof KubeApiError ? error : internal('the watch failed');
    write({
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message,
        reason,
        code: status,
      },
    });
  }
  raw.end();
}
