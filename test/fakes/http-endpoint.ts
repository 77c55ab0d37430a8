import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * A plain HTTP endpoint that keeps bodies by path, as somebody's own service behind a webhook store would: GET answers what
 * POST or PUT stored, DELETE removes it, and what is not there is a 404 in JSON. It wants one bearer token.
 */
export interface HttpEndpoint {
  readonly url: string;
  readonly values: Map<string, Buffer>;
  readonly requests: Arrived[];
  /** Answers the next requests of a path in place of what is stored. */
  answer(
    path: string,
    status: number,
    headers: Readonly<Record<string, string>>,
    body?: string | Uint8Array,
  ): void;
  close(): Promise<void>;
}

export async function startHttpEndpoint(token: string): Promise<HttpEndpoint> {
  const values = new Map<string, Buffer>();
  const requests: Arrived[] = [];
  const scripted = new Map<
    string,
    [status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array]
  >();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body });
    const json = (status: number, content: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    };
    const path = new URL(url, 'http://localhost').pathname;
    const script = scripted.get(path);
    if (script !== undefined) {
      response.writeHead(script[0], script[1]).end(script[2]);
      return;
    }
    if (headers.authorization !== `Bearer ${token}`) return json(401, { error: 'who are you?' });
    if (method === 'POST' || method === 'PUT') {
      values.set(path, body);
      return json(200, { stored: true });
    }
    const value = values.get(path);
    if (value === undefined) return json(404, { error: 'no such secret' });
    if (method === 'DELETE') {
      values.delete(path);
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(value);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    values,
    requests,
    answer(path, status, headers, body = '') {
      scripted.set(path, [status, headers, body]);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
