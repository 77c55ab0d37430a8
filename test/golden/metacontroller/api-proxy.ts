import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Cluster } from '../../testbed/cluster.ts';
import type { Write } from './conversation.ts';

/** A plain HTTP way into a cluster as its admin, which notes the writes that pass. */
export interface ApiProxy {
  readonly url: string;
  /** Milliseconds since the last write began. */
  quietFor(): number;
  takeWrites(): Write[];
  close(): void;
}

interface Passed {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  status: number;
}

const target =
  /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/(?<namespace>[^/?]+)(?=\/))?\/(?<resource>[^/?]+)(?:\/(?<name>[^/?]+))?(?:\/(?<subresource>[^/?]+))?(?:\?(?<query>.*))?$/;
const patches: Readonly<Record<string, string>> = {
  'application/apply-patch+yaml': 'apply',
  'application/json-patch+json': 'jsonPatch',
  'application/merge-patch+json': 'mergePatch',
};

/** Starts a proxy before `cluster`. client-go sends no token over plain HTTP, so the proxy adds the admin's. */
export async function startApiProxy({ server: origin, caPem, admin }: Cluster): Promise<ApiProxy> {
  const agent = new https.Agent({ keepAlive: true, ca: caPem });
  let passed: Passed[] = [];
  let last = Date.now();

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '' } = request;
    const record = {
      method,
      path,
      contentType: request.headers['content-type'] ?? '',
      body: Buffer.concat(chunks),
      status: 0,
    };
    if (method !== 'GET' && !/\/(events|leases)\b/.test(path)) {
      passed.push(record);
      last = Date.now();
    }
    const { host: _, ...headers } = request.headers;
    const onward = https.request(new URL(path, origin), {
      method,
      agent,
      headers: { ...headers, authorization: `Bearer ${admin.token}` },
    });
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => {
      record.status = answer.statusCode ?? 0;
      response.writeHead(record.status, answer.headers);
      response.on('close', () => answer.destroy());
      answer.on('error', () => response.destroy()).pipe(response);
    });
    onward.end(record.body);
  }

  const server = http.createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    quietFor: () => Date.now() - last,
    takeWrites() {
      const taken = passed;
      passed = [];
      return taken.map(toWrite);
    },
    close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

function toWrite({ method, path, contentType, body, status }: Passed): Write {
  const { namespace, resource, name, subresource, query = '' } = target.exec(path)?.groups ?? {};
  const sent = body.length > 0 ? JSON.parse(body.toString()) : undefined;
  const where = `${resource} ${namespace ? `${namespace}/` : ''}${name ?? sent.metadata.name}`;
  if (method === 'DELETE') {
    const options = { uid: sent?.preconditions?.uid, propagation: sent?.propagationPolicy };
    return { verb: 'remove', target: where, body: options, status };
  }
  const patch = patches[contentType];
  if (patch === 'apply') {
    const { fieldManager, force } = Object.fromEntries(new URLSearchParams(query));
    return { verb: `apply fieldManager=${fieldManager} force=${force}`, target: where, body: sent, status };
  }
  const replace = subresource === 'status' ? 'replaceStatus' : 'replace';
  const verb = method === 'POST' ? 'create' : method === 'PUT' ? replace : (patch ?? contentType);
  return { verb, target: where, body: sent, status };
}
