import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import tls from 'node:tls';
import type { HookReply, HookTransport } from './hook-client.ts';

/** The answer's head came, its body didn't. */
export class BodyFailure extends Error {}

type Headers = HookReply['headers'];

/** A body in the making; `abort` ends it early. */
interface Stream extends AsyncIterable<Buffer> {
  destroy(error?: Error): unknown;
}

/**
 * Returns the real transport to the host of `url`: HTTP/2 when the server offers it under TLS, otherwise HTTP/1.1 with
 * kept connections. `ca` replaces the system's roots. Redirects are refused and proxies ignored, unlike Go's client.
 */
export function httpTransport(url: string, ca?: string): { post: HookTransport; close(): void } {
  const origin = new URL(url);
  const secure = origin.protocol === 'https:';
  const agent = secure
    ? new https.Agent({ keepAlive: true, ...(ca && { ca }) })
    : new http.Agent({ keepAlive: true });
  let session: Promise<http2.ClientHttp2Session | undefined> | undefined;

  /** The open HTTP/2 session, or undefined when the server speaks only HTTP/1.1. */
  function http2Session(): Promise<http2.ClientHttp2Session | undefined> {
    session ??= connect(origin, ca, () => {
      session = undefined;
    });
    session.catch(() => {
      session = undefined;
    });
    return session;
  }

  return {
    async post(path, body, signal, headers) {
      signal.throwIfAborted();
      const multiplexed = secure ? await http2Session() : undefined;
      signal.throwIfAborted();
      const length = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
      const [status, replyHeaders, stream] = multiplexed
        ? await postHttp2(multiplexed, path, body, signal, length)
        : await postHttp1(origin, agent, path, body, signal, length);
      if (status >= 300 && status < 400) {
        stream.destroy();
        throw new Error('the stand-in does not follow redirects');
      }
      return { status, headers: replyHeaders, body: await readAll(stream) };
    },
    close() {
      agent.destroy();
      session?.then(
        (open) => open?.destroy(),
        () => {},
      );
    },
  };
}

function connect(
  origin: URL,
  ca: string | undefined,
  onClose: () => void,
): Promise<http2.ClientHttp2Session | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<http2.ClientHttp2Session | undefined>();
  const socket = tls.connect(
    {
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: Number(origin.port || 443),
      servername: /^[\d.:[\]]+$/.test(origin.hostname) ? '' : origin.hostname,
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: 'TLSv1.2',
      ...(ca && { ca }),
    },
    () => {
      if (socket.alpnProtocol !== 'h2') {
        socket.destroy();
        return resolve(undefined);
      }
      const session = http2.connect(origin, { createConnection: () => socket });
      session.on('error', onClose);
      session.on('goaway', onClose);
      session.on('close', onClose);
      resolve(session);
    },
  );
  socket.on('error', reject);
  return promise;
}

type Head = [status: number, headers: Headers, stream: Stream];

function postHttp2(
  session: http2.ClientHttp2Session,
  path: string,
  body: string,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<Head> {
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  const stream = session.request({ ':method': 'POST', ':path': path, ...headers }, { signal });
  stream.on('error', reject);
  stream.on('response', (head) => resolve([head[':status'] ?? 0, head as Headers, stream]));
  stream.end(body);
  return promise;
}

function postHttp1(
  origin: URL,
  agent: http.Agent,
  path: string,
  body: string,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<Head> {
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  const request = (origin.protocol === 'https:' ? https : http).request(
    new URL(path, origin),
    { method: 'POST', agent, signal, headers },
    (reply) => resolve([reply.statusCode ?? 0, reply.headers, reply]),
  );
  request.on('error', reject);
  request.end(body);
  return promise;
}

async function readAll(stream: Stream): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    throw new BodyFailure(error instanceof Error ? error.message : String(error));
  }
}
