import { connect, type Socket } from 'node:net';

/** What a load came to. */
export interface Load {
  readonly calls: number;
  readonly seconds: number;
  /** Milliseconds from a request to the end of its answer, sorted. A sample when there were many calls. */
  readonly latencies: readonly number[];
  /** Bytes of all answers, heads included. */
  readonly bytes: number;
}

export interface LoadOptions {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Whole HTTP/1.1 requests, sent in turn; see {@link post}. */
  readonly requests: readonly Buffer[];
  readonly calls: number;
  /** Connections, each with one request under way. */
  readonly connections: number;
}

const longestMs = 3_600_000;
const mostLatencies = 100_000;

/** A POST with a JSON body, as bytes. */
export function post(url: string, path: string, body: Buffer, token?: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    'Content-Type: application/json',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/**
 * Sends so many calls, as fast as they are answered. A client of its own, since a bench's costs must not be those of
 * Node's. Rejects on any answer but 200, and after an hour.
 */
export async function load({ url, requests, calls, connections }: LoadOptions): Promise<Load> {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  const every = Math.ceil(calls / mostLatencies);
  const startedAt = performance.now();
  let sent = 0;
  let bytes = 0;

  const work = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let answer = newAnswer();
      let sentAt = 0;
      const next = () => {
        if (sent === calls) return resolve();
        const request = requests[sent++ % requests.length]!;
        sentAt = performance.now();
        socket.write(request);
      };
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        answer.take(chunk);
        if (answer.status !== 0 && answer.status !== 200) reject(new Error(`answered ${answer.status}`));
        if (!answer.isWhole()) return;
        if (sent % every === 0) latencies.push(performance.now() - sentAt);
        answer = newAnswer();
        next();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      next();
    });

  const sockets = await Promise.all(
    Array.from({ length: connections }, () => open(hostname, Number(port), longestMs)),
  );
  try {
    await Promise.all(sockets.map(work));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { calls, seconds, bytes, latencies: latencies.sort((a, b) => a - b) };
}

function open(host: string, port: number, withinMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, signal: AbortSignal.timeout(withinMs) });
    socket.once('connect', () => resolve(socket.removeListener('error', reject)));
    socket.once('error', reject);
  });
}

/** An answer as it comes in; only its status and its length are of interest. */
function newAnswer() {
  let head: Buffer | undefined = Buffer.alloc(0);
  let missing = 0;
  const answer = {
    status: 0,
    isWhole: () => head === undefined && missing === 0,
    take(chunk: Buffer) {
      if (head === undefined) {
        missing -= chunk.length;
        return;
      }
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      answer.status = Number(text.slice(9, 12));
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
      if (!Number.isInteger(length)) throw new Error('an answer without its length');
      missing = length - (head.length - end - 4);
      head = undefined;
    },
  };
  return answer;
}
