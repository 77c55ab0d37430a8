import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, Watch } from '@kubernetes/client-node';
import { type ApiServer, startApiServer } from '../../../../local/api/server.ts';
import { createStore, type Store } from '../../../../local/api/store.ts';
import { KubeApiError } from '../../../../server/kube-api.ts';

let store: Store;
let server: ApiServer;
before(async () => {
  store = createStore();
  server = await startApiServer({ store, token: 'right' });
});
after(() => server.close());

async function call(path: string, options: { method?: string; token?: string; body?: string } = {}) {
  const { method = 'GET', token = 'right', body } = options;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const outgoing = request(new URL(path, server.url), { method, headers }).end(body);
  const [response] = await once(outgoing, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test('without the token there is nothing but 401', async () => {
  for (const path of ['/api/v1/secrets', '/version', '/nothing']) {
    const { status, body } = await call(path, { token: 'wrong' });
    assert.deepEqual([status, JSON.parse(body).reason], [401, 'Unauthorized']);
  }
});

test('probes and the version answer', async () => {
  for (const path of ['/healthz', '/livez', '/readyz'])
    assert.deepEqual([(await call(path)).status, (await call(path)).body], [200, 'ok']);
  assert.equal(JSON.parse((await call('/version')).body).major, '1');
});

test('discovery names every kind under its group', async () => {
  const resources = async (path: string) =>
    JSON.parse((await call(path)).body).resources.map(({ name }: { name: string }) => name);
  assert.deepEqual(await resources('/api/v1'), [
    'secrets',
    'configmaps',
    'serviceaccounts',
    'serviceaccounts/token',
    'namespaces',
    'events',
  ]);
  const { groups } = JSON.parse((await call('/apis')).body);
  assert.deepEqual(
    groups.map(({ name }: { name: string }) => name),
    ['apps', 'apiextensions.k8s.io', 'metacontroller.k8s.io'],
  );
  assert.deepEqual(await resources('/apis/metacontroller.k8s.io/v1alpha1'), [
    'compositecontrollers',
    'compositecontrollers/status',
    'decoratorcontrollers',
    'decoratorcontrollers/status',
  ]);
});

test('a body over 3 MiB is refused', async () => {
  const { status, body } = await call('/api/v1/namespaces/default/secrets', {
    method: 'POST',
    body: ' '.repeat(3 * 1024 * 1024 + 1),
  });
  assert.deepEqual([status, JSON.parse(body).reason], [413, 'RequestEntityTooLarge']);
});

test('throttling says when to come back', async () => {
  const stop = store.intercept(() => {
    throw new KubeApiError(429, 'TooManyRequests', 'slow down');
  });
  const body = JSON.stringify({ metadata: { name: 'throttled' } });
  const { status, headers } = await call('/api/v1/namespaces/default/secrets', { method: 'POST', body });
  stop();
  assert.deepEqual([status, headers['retry-after']], [429, '1']);
});

test('the longest name is served', async () => {
  const name = 'a'.repeat(253);
  const body = JSON.stringify({ metadata: { name } });
  await call('/api/v1/namespaces/default/configmaps', { method: 'POST', body });
  const { status } = await call(`/api/v1/namespaces/default/configmaps/${name}`);
  assert.equal(status, 200);
});

test('what is not covered says so', async () => {
  for (const [method, path] of [
    ['DELETE', '/api/v1/namespaces/default/secrets'],
    ['GET', '/api/v1/namespaces/default/status'],
  ] as const) {
    const { status, body } = await call(path, { method });
    assert.equal(status, 501, body);
    assert.match(JSON.parse(body).message, /does not cover/);
  }
});

function config(): KubeConfig {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    clusters: [{ name: 'c', server: server.url, skipTLSVerify: true }],
    users: [{ name: 'u', token: 'right' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return kubeconfig;
}

test('@kubernetes/client-node finds its way by discovery, and watches', async () => {
  const client = KubernetesObjectApi.makeApiClient(config());
  const metadata = { name: 'by-client', namespace: 'default' };
  const made: KubernetesObject = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const stop = Promise.withResolvers<string>();
  const watch = new Watch(config());
  const controller = await watch.watch(
    '/api/v1/namespaces/default/configmaps',
    { resourceVersion: made.metadata?.resourceVersion ?? '' },
    (type, object) => stop.resolve(`${type} ${object.metadata.name}`),
    () => {},
  );
  await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
  assert.equal(await stop.promise, 'DELETED by-client');
  controller.abort();
});

test('a watch that asks for the initial state gets it, then a bookmark, as informers of client-go expect', async () => {
  await call('/api/v1/namespaces', { method: 'POST', body: '{"metadata":{"name":"streamed"}}' });
  const outgoing = request(
    new URL(
      '/api/v1/namespaces?watch=true&sendInitialEvents=true&fieldSelector=metadata.name=streamed',
      server.url,
    ),
    { headers: { authorization: 'Bearer right' } },
  ).end();
  const [response] = await once(outgoing, 'response');
  let received = '';
  for await (const chunk of response) {
    received += chunk;
    if (received.split('\n').length > 2) break;
  }
  const [added, bookmark] = received.split('\n').map((line) => line && JSON.parse(line));
  assert.deepEqual([added.type, added.object.metadata.name], ['ADDED', 'streamed']);
  assert.deepEqual(
    [bookmark.type, bookmark.object.metadata.annotations],
    ['BOOKMARK', { 'k8s.io/initial-events-end': 'true' }],
  );
});

test('closing the server ends its watches', async () => {
  const short = await startApiServer({ store: createStore() });
  const outgoing = request(new URL('/api/v1/secrets?watch=true', short.url)).end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  await Promise.all([short.close(), once(response, 'close')]);
});
