import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { createKubeApi } from '../../../server/kube.ts';
import { type KubeApi, KubeApiError, type ResourceType, type WatchEvent } from '../../../server/kube-api.ts';
import { secrets } from '../../../server/kube-verbs.ts';
import { tempDir } from '../../support/temp-dir.ts';

const dir = tempDir('kube');
let files = 0;
/** A path in a directory of this test file, never the same. */
const newPath = () => join(dir, String(files++));

const stores: ResourceType = {
  group: 'external-secrets.io',
  version: 'v1',
  resource: 'clustersecretstores',
  kind: 'ClusterSecretStore',
  namespaced: false,
};
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app', namespace: 'team-a' } };
const store = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  metadata: { name: 'vault' },
};

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const json =
  (status: number, body: object): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** A client of an API server that does what the test says, and what that server was asked. */
async function connect(t: TestContext, handler: Handler, user: object = { token: 'kube-token' }) {
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
  const path = newPath();
  const content = {
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const failsWith = (status: number, reason: string) => (error: unknown) => {
  assert.ok(error instanceof KubeApiError);
  assert.deepEqual([error.status, error.reason], [status, reason]);
  return true;
};

describe('each verb is the request that the Kubernetes API knows it by', () => {
  const patch = [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }] as const;
  const cases: readonly [
    what: string,
    call: (api: KubeApi) => Promise<unknown>,
    method: string,
    url: string,
    body?: object,
    contentType?: string,
  ][] = [
    ['get', (api) => api.get(secrets, 'team-a', 'app'), 'GET', '/api/v1/namespaces/team-a/secrets/app'],
    [
      'get of a cluster-scoped object',
      (api) => api.get(stores, undefined, 'vault'),
      'GET',
      '/apis/external-secrets.io/v1/clustersecretstores/vault',
    ],
    [
      'list',
      (api) => api.list(secrets, { namespace: 'team-a', labelSelector: 'a=b,c!=d' }),
      'GET',
      '/api/v1/namespaces/team-a/secrets?labelSelector=a%3Db%2Cc%21%3Dd',
    ],
    ['list of all namespaces', (api) => api.list(secrets), 'GET', '/api/v1/secrets'],
    ['create', (api) => api.create(secrets, secret), 'POST', '/api/v1/namespaces/team-a/secrets', secret],
    [
      'create of a cluster-scoped object',
      (api) => api.create(stores, store),
      'POST',
      '/apis/external-secrets.io/v1/clustersecretstores',
      store,
    ],
    [
      'replace',
      (api) => api.replace(secrets, secret),
      'PUT',
      '/api/v1/namespaces/team-a/secrets/app',
      secret,
    ],
    [
      'replaceStatus',
      (api) => api.replaceStatus(stores, store),
      'PUT',
      '/apis/external-secrets.io/v1/clustersecretstores/vault/status',
      store,
    ],
    [
      'apply',
      (api) => api.apply(secrets, secret, { fieldManager: 'm/x', force: true }),
      'PATCH',
      '/api/v1/namespaces/team-a/secrets/app?fieldManager=m%2Fx&force=true',
      secret,
      'application/apply-patch+yaml',
    ],
    [
      'apply, only to see',
      (api) => api.apply(secrets, secret, { fieldManager: 'm', force: false, dryRun: true }),
      'PATCH',
      '/api/v1/namespaces/team-a/secrets/app?fieldManager=m&force=false&dryRun=All',
      secret,
      'application/apply-patch+yaml',
    ],
    [
      'jsonPatch',
      (api) => api.jsonPatch(secrets, 'team-a', 'app', patch),
      'PATCH',
      '/api/v1/namespaces/team-a/secrets/app',
      patch,
      'application/json-patch+json',
    ],
    [
      'mergePatch',
      (api) => api.mergePatch(secrets, 'team-a', 'app', { a: 1 }),
      'PATCH',
      '/api/v1/namespaces/team-a/secrets/app',
      { a: 1 },
      'application/merge-patch+json',
    ],
    [
      'mergePatch of a status',
      (api) => api.mergePatch(stores, undefined, 'vault', { a: 1 }, 'status'),
      'PATCH',
      '/apis/external-secrets.io/v1/clustersecretstores/vault/status',
      { a: 1 },
      'application/merge-patch+json',
    ],
    [
      'remove',
      (api) => api.remove(secrets, 'team-a', 'app', { uid: 'u', propagation: 'Orphan' }),
      'DELETE',
      '/api/v1/namespaces/team-a/secrets/app',
      { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' }, propagationPolicy: 'Orphan' },
    ],
    [
      'createToken',
      (api) => api.createToken('team-a', 'sa', { audiences: ['x'] }),
      'POST',
      '/api/v1/namespaces/team-a/serviceaccounts/sa/token',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['x'] } },
    ],
  ];
  for (const [what, call, method, url, body, contentType = 'application/json'] of cases) {
    test(what, async (t) => {
      const { api, seen } = await connect(t, json(200, { items: [], metadata: { resourceVersion: '1' } }));
      await call(api);
      const [request] = seen as [Seen];
      assert.deepEqual([request.method, request.url], [method, `/prefix${url}`]);
      assert.equal(request.headers.authorization, 'Bearer kube-token');
      assert.equal(request.headers['user-agent'], 'keyhook');
      assert.deepEqual(request.body === '' ? undefined : JSON.parse(request.body), body);
      assert.equal(request.headers['content-type'], body === undefined ? undefined : contentType);
    });
  }
});

test('the items of a list say what they are, which lists of built-in types leave out', async (t) => {
  const items = [{ metadata: { name: 'app' } }];
  const { api } = await connect(t, json(200, { items, metadata: { resourceVersion: '7' } }));
  assert.deepEqual(await api.list(secrets), {
    items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' } }],
    resourceVersion: '7',
  });
});

test('calls share connections', async (t) => {
  const ports = new Set<number | undefined>();
  const { api } = await connect(t, (request, response) => {
    ports.add(request.socket.remotePort);
    json(200, secret)(request, response, 0);
  });
  for (let index = 0; index < 20; index += 1) await api.get(secrets, 'team-a', 'app');
  assert.equal(ports.size, 1);
});

describe('failures are a status and a reason', () => {
  test('of the API server, with its message kept apart', async (t) => {
    const { api } = await connect(t, json(409, { kind: 'Status', reason: 'Conflict', message: 'modified' }));
    const error = await api.get(secrets, 'team-a', 'app').catch((error: unknown) => error);
    assert.ok(failsWith(409, 'Conflict')(error));
    assert.equal((error as Error).message, 'modified');
  });

  const answers: readonly [what: string, handler: Handler, status: number, reason: string][] = [
    [
      'a proxy that answers HTML',
      (_, response) => void response.writeHead(502).end('<html>'),
      502,
      'Unknown',
    ],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/' }).end(), 302, 'Unknown'],
    [
      'a success that is no JSON',
      (_, response) => void response.writeHead(200).end('<html>'),
      0,
      'Malformed',
    ],
    ['a Status of another shape', json(500, { reason: 7 }), 500, 'Unknown'],
    ['a connection that breaks', (request) => void request.socket.destroy(), 0, 'ECONNRESET'],
  ];
  for (const [what, handler, status, reason] of answers) {
    test(what, async (t) => {
      const { api } = await connect(t, handler);
      await assert.rejects(api.create(secrets, secret), failsWith(status, reason));
    });
  }

  test('a server that is not there', async (t) => {
    const { api, server } = await connect(t, json(200, {}));
    server.close();
    await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(0, 'ECONNREFUSED'));
  });
});

describe('a name never leaves its place in the path', () => {
  for (const name of ['', '.', '..', '../x', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', 'a\n'])
    test(JSON.stringify(name), async (t) => {
      const { api, seen } = await connect(t, json(200, {}));
      await assert.rejects(api.get(secrets, 'team-a', name), failsWith(400, 'InvalidName'));
      await assert.rejects(api.get(stores, undefined, name), failsWith(400, 'InvalidName'));
      if (name !== '')
        await assert.rejects(api.list(secrets, { namespace: name }), failsWith(400, 'InvalidName'));
      assert.equal(seen.length, 0);
    });

  test('an object that lives in a namespace is never asked for without one', async (t) => {
    const { api, seen } = await connect(t, json(200, {}));
    const homeless = { ...secret, metadata: { name: 'app' } };
    for (const call of [
      api.get(secrets, undefined, 'app'),
      api.get(secrets, '', 'app'),
      api.create(secrets, homeless),
      api.replace(secrets, homeless),
      api.remove(secrets, undefined, 'app'),
    ])
      await assert.rejects(call, failsWith(400, 'NamespaceRequired'));
    assert.equal(seen.length, 0);
  });
});

describe('what passes by itself is tried again', () => {
  test('a server that asks to wait', async (t) => {
    const later: Handler = (_, response) => void response.writeHead(429, { 'retry-after': '0' }).end('{}');
    const { api, seen } = await connect(t, (request, response, count) =>
      (count < 3 ? later : json(200, secret))(request, response, count),
    );
    assert.deepEqual(await api.get(secrets, 'team-a', 'app'), secret);
    assert.equal(seen.length, 3);
  });

  test('but not for ever, nor when the wait is long', async (t) => {
    for (const [retryAfter, calls] of [
      ['0', 4],
      ['60', 1],
    ] as const) {
      const { api, seen } = await connect(
        t,
        (_, response) => void response.writeHead(429, { 'retry-after': retryAfter }).end('{}'),
      );
      await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(429, 'Unknown'));
      assert.equal(seen.length, calls);
    }
  });

  test('a read on a connection that was just closed, and never a write', async (t) => {
    const { api, seen } = await connect(t, (request, response, count) =>
      count === 2 || count === 5 ? request.socket.destroy() : json(200, secret)(request, response, count),
    );
    await api.get(secrets, 'team-a', 'app');
    await api.get(secrets, 'team-a', 'app');
    assert.equal(seen.length, 3);
    await api.get(secrets, 'team-a', 'app');
    await assert.rejects(api.create(secrets, secret), failsWith(0, 'ECONNRESET'));
    assert.equal(seen.length, 5);
  });

  test('a token that was replaced: it is read again when the old one is refused', async (t) => {
    const tokenFile = newPath();
    writeFileSync(tokenFile, 'old');
    const user = { 'auth-provider': { name: 'file', config: { tokenFile } } };
    const { api, seen } = await connect(
      t,
      (request, response, count) =>
        json(request.headers.authorization === 'Bearer new' ? 200 : 401, secret)(request, response, count),
      user,
    );
    await assert.rejects(api.get(secrets, 'team-a', 'app'), failsWith(401, 'Unknown'));
    writeFileSync(tokenFile, 'new');
    assert.deepEqual(await api.get(secrets, 'team-a', 'app'), secret);
    assert.equal(seen.at(-1)?.headers.authorization, 'Bearer new');
  });
});

describe('a watch', () => {
  const added = (name: string) =>
    JSON.stringify({ type: 'ADDED', object: { ...secret, metadata: { name } } });

  /** Watches until the server ends the stream, or the test aborts. */
  async function watch(t: TestContext, handler: Handler, signal = new AbortController().signal) {
    const events: WatchEvent[] = [];
    const { api, seen } = await connect(t, handler);
    const options = { namespace: 'team-a', labelSelector: 'a=b', resourceVersion: '5' };
    const ended = api.watch(secrets, options, (event) => events.push(event), signal);
    return { ended, events, seen };
  }

  test('hands over events in order, however the stream is cut, and resolves at its end', async (t) => {
    const line = added('ü');
    const { ended, events, seen } = await watch(t, (_, response) => {
      const bytes = Buffer.from(`${line}\n${added('b')}\n`);
      const middle = bytes.indexOf('ü') + 1;
      response.write(bytes.subarray(0, middle));
      setImmediate(() => response.end(bytes.subarray(middle)));
    });
    await ended;
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.name]),
      [
        ['ADDED', 'ü'],
        ['ADDED', 'b'],
      ],
    );
    assert.equal(
      seen[0]?.url,
      '/prefix/api/v1/namespaces/team-a/secrets?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true&resourceVersion=5',
    );
  });

  test('resolves when it is aborted', async (t) => {
    const controller = new AbortController();
    const { ended, events } = await watch(
      t,
      (_, response) => {
        response.write(`${added('a')}\n`);
        setImmediate(() => controller.abort());
      },
      controller.signal,
    );
    await ended;
    assert.ok(events.length <= 1);
  });

  test('rejects with 410 when its version is too old, said at once or later', async (t) => {
    const expired = { kind: 'Status', code: 410, reason: 'Expired' };
    const atOnce = await watch(t, json(410, expired));
    await assert.rejects(atOnce.ended, failsWith(410, 'Expired'));
    const later = await watch(
      t,
      (_, response) => void response.end(`${JSON.stringify({ type: 'ERROR', object: expired })}\n`),
    );
    await assert.rejects(later.ended, failsWith(410, 'Expired'));
  });

  test('rejects when the connection breaks', async (t) => {
    const { ended } = await watch(t, (request, response) => {
      response.write(`${added('a')}\n`);
      setImmediate(() => request.socket.destroy());
    });
    await assert.rejects(ended, failsWith(0, 'ECONNRESET'));
  });
});

describe('a kubeconfig that cannot be used is refused without a word of its content', () => {
  const file = (content: string) => {
    const path = newPath();
    writeFileSync(path, content);
    return path;
  };
  const cases: readonly [what: string, path: () => string][] = [
    ['a missing file', newPath],
    ['broken YAML', () => file('users: [{token: hunter2}\n  - : : hunter2')],
    ['no cluster', () => file('users: []')],
    [
      'another context',
      () => file('{"current-context": "hunter2", "clusters": [], "users": [], "contexts": []}'),
    ],
  ];
  for (const [what, path] of cases)
    test(what, () => {
      assert.throws(
        () => createKubeApi({ kubeconfig: path() }),
        (error: Error) => !/hunter2/.test(String(error.stack)),
      );
    });
});
