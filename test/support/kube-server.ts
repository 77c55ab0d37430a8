import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createKubeApi } from '../../server/kube.ts';
import { KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { tempDir } from './temp-dir.ts';

const dir = tempDir('kube-server');
let files = 0;
/** A new path in a directory of the test process. */
export const newKubePath = () => join(dir, String(files++));

export const stores: ResourceType = {
  group: 'external-secrets.io',
  version: 'v1',
  resource: 'clustersecretstores',
  kind: 'ClusterSecretStore',
  namespaced: false,
};
export const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app', namespace: 'team-a' } };
export const store = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  metadata: { name: 'vault' },
};

/** One request, as the server got it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers the `count`th request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** Answers with that status and JSON. */
export const json =
  (status: number, body: object): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** A client of an API server that does what the test says, and what that server was asked. */
export async function connectKube(t: TestContext, handler: Handler, user: object = { token: 'kube-token' }) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: await text(request) });
    handler(request, response, seen.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const api = createKubeApi({ kubeconfig: kubeconfig(`http://127.0.0.1:${port}/prefix`, user) });
  t.after(() => {
    api.close();
    server.close();
    server.closeAllConnections();
  });
  return { api, seen, server };
}

function kubeconfig(server: string, user: object): string {
  const path = newKubePath();
  const content = {
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Checks that an error is the API's, with that status and reason. */
export const failsWith = (status: number, reason: string) => (error: unknown) => {
  assert.ok(error instanceof KubeApiError);
  assert.deepEqual([error.status, error.reason], [status, reason]);
  return true;
};
