import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { frontName, frontNetwork } from './front-network.ts';

/** Stands in every answer that the proxy makes up; must appear in no error, log or event of the hook. */
export const remoteText = 'remote text that must travel no further';

const madeUp = {
  forbidden: { status: 403, type: 'application/json', body: `{"errors":["${remoteText}"]}` },
  'html-404': { status: 404, type: 'text/html', body: `<html><body>${remoteText}</body></html>` },
  throttled: { status: 429, type: 'application/json', body: `{"errors":["${remoteText}"]}` },
  'server-error': { status: 500, type: 'application/json', body: `{"errors":["${remoteText}"]}` },
  garbage: { status: 200, type: 'application/json', body: `\u0000{{{"data": ${remoteText}` },
} as const;

/**
 * How the proxy misbehaves. `throttled` says `Retry-After: 1`; `half-body` is the backend's own answer, cut in the middle;
 * `hang` never answers; `reset` ends the connection without an answer.
 */
export type Fault = keyof typeof madeUp | 'half-body' | 'hang' | 'reset';

/** One request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  body: Buffer;
  /** Status of the answer; undefined while there is none. */
  status: number | undefined;
  fault: Fault | undefined;
}

/** A server on loopback before a backend, by HTTP unless the run has a network of its own. Patterns are matched against `METHOD /path?query`. */
export interface RecordingProxy {
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests that match have arrived. */
  count(pattern: RegExp): number;
  /** Lets requests that match suffer `fault`, each time or only the next `times`. Of several that match the newest counts. */
  misbehave(pattern: RegExp, fault: Fault, times?: number): void;
  /** Ends all misbehaviour; what hangs stays hanging. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts a {@link RecordingProxy} that passes everything on to `target` (an origin; `caPem` is trusted for https). */
export async function startRecordingProxy(
  target: string,
  { caPem }: { caPem?: string } = {},
): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  let faults: { pattern: RegExp; fault: Fault; left: number }[] = [];
  const https = target.startsWith('https:');
  const agent = https
    ? new HttpsAgent({ keepAlive: true, ...(caPem === undefined ? {} : { ca: caPem }) })
    : // Node's servers close idle connections after 5 s; a busy machine would send on one of those.
      new HttpAgent({ keepAlive: false });

  const nextFault = (line: string): Fault | undefined => {
    const rule = faults.findLast(({ pattern, left }) => left > 0 && pattern.test(line));
    if (rule !== undefined) rule.left -= 1;
    return rule?.fault;
  };

  const forward = (request: IncomingMessage, record: RecordedRequest): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { host: _, ...headers } = request.headers;
    const send = https ? httpsRequest : httpRequest;
    const onward = send(new URL(record.path, target), { method: record.method, headers, agent });
    onward.on('response', resolve).on('error', reject).end(record.body);
    return promise;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const record: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.alloc(0),
      status: undefined,
      fault: undefined,
    };
    requests.push(record);
    record.fault = nextFault(`${record.method} ${record.path}`);
    record.body = await read(request);
    switch (record.fault) {
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case undefined:
      case 'half-body': {
        const onward = await forward(request, record);
        record.status = onward.statusCode;
        if (record.fault === 'half-body') return sendHalf(onward, response);
        response.writeHead(onward.statusCode ?? 502, onward.headers);
        response.on('close', () => onward.destroy());
        onward.on('error', () => response.destroy()).pipe(response);
        return;
      }
      default: {
        const { status, type, body } = madeUp[record.fault];
        record.status = status;
        const retry = record.fault === 'throttled' ? { 'retry-after': '1' } : {};
        response.writeHead(status, { 'content-type': type, ...retry }).end(body);
      }
    }
  };

  const front = frontNetwork();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => request.socket.destroy());
  };
  const server =
    front === undefined
      ? createServer(serve)
      : createHttpsServer({ cert: front.identity.certPem, key: front.identity.keyPem }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `${front === undefined ? 'http://127.0.0.1' : `https://${frontName}`}:${(server.address() as AddressInfo).port}`,
    requests,
    count: (pattern) => requests.filter(({ method, path }) => pattern.test(`${method} ${path}`)).length,
    misbehave: (pattern, fault, times = Number.POSITIVE_INFINITY) => {
      faults.push({ pattern, fault, left: times });
    },
    heal: () => {
      faults = [];
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function sendHalf(onward: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(onward);
  const { 'transfer-encoding': _, ...headers } = onward.headers;
  response.writeHead(onward.statusCode ?? 502, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
