import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeApi } from '../../../server/kube-api.ts';
import { secrets } from '../../../server/kube-verbs.ts';
import { connectKube, failsWith, json, type Seen, secret, store, stores } from '../../support/kube-server.ts';

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
      const { api, seen } = await connectKube(
        t,
        json(200, { items: [], metadata: { resourceVersion: '1' } }),
      );
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
  const { api } = await connectKube(t, json(200, { items, metadata: { resourceVersion: '7' } }));
  assert.deepEqual(await api.list(secrets), {
    items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' } }],
    resourceVersion: '7',
  });
});

describe('a name never leaves its place in the path', () => {
  for (const name of ['', '.', '..', '../x', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', 'a\n'])
    test(JSON.stringify(name), async (t) => {
      const { api, seen } = await connectKube(t, json(200, {}));
      await assert.rejects(api.get(secrets, 'team-a', name), failsWith(400, 'InvalidName'));
      await assert.rejects(api.get(stores, undefined, name), failsWith(400, 'InvalidName'));
      if (name !== '')
        await assert.rejects(api.list(secrets, { namespace: name }), failsWith(400, 'InvalidName'));
      assert.equal(seen.length, 0);
    });

  test('an object that lives in a namespace is never asked for without one', async (t) => {
    const { api, seen } = await connectKube(t, json(200, {}));
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
