import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Arrived } from './http-endpoint.ts';

/** What a fake answers: an object as JSON, anything else as it is. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | Uint8Array;
}

/** A loopback HTTP server that answers by a function, and remembers what arrived. */
export interface FakeServer {
  readonly url: string;
  readonly requests: readonly Arrived[];
  close(): Promise<void>;
}

/** A request, and what its URL holds. */
export interface FakeRequest extends Arrived {
  /** Still escaped, split at the slashes, without the first empty one. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The body's members; empty without a JSON body. */
  readonly json: Readonly<Record<string, unknown>>;
}

export async function serveFake(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
): Promise<FakeServer> {
  const requests: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { method = '', url = '', headers } = request;
    const arrived = { method, url, headers, body };
    requests.push(arrived);
    const { pathname, searchParams: query } = new URL(url, 'http://localhost');
    const isJson = headers['content-type'] === 'application/json' && body.length > 0;
    const json = isJson ? (JSON.parse(body.toString()) as Record<string, unknown>) : {};
    try {
      const made = await answer({ ...arrived, path: pathname.split('/').slice(1), query, json });
      const isBytes = typeof made.body === 'string' || made.body instanceof Uint8Array;
      const type = isBytes ? 'text/plain' : 'application/json';
      response.writeHead(made.status ?? 200, { 'content-type': type, ...made.headers });
      response.end(
        isBytes || made.body === undefined
          ? (made.body as string | Uint8Array | undefined)
          : JSON.stringify(made.body),
      );
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
