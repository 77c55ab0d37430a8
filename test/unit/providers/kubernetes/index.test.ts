import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { kubernetes } from '../../../../providers/kubernetes/index.ts';
import { serverUrl } from '../../../../providers/kubernetes/rules.ts';
import type { KubernetesSpec } from '../../../../providers/kubernetes/schema.ts';

const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: undefined };
const own = { name: 'x', key: 'y' };
const elsewhere = { ...own, namespace: 'other' };
const serviceAccount = { name: 'app' };
const spec = (fields: Partial<KubernetesSpec>): KubernetesSpec => ({ remoteNamespace: 'default', ...fields });

test('a section that cannot work is told field by field', () => {
  const bearer = (bearerToken: object) => ({ auth: { token: { bearerToken } } });
  const ca = (fields: object) => ({
    server: { url: 'kube', caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca', ...fields } as const },
    auth: { serviceAccount },
  });
  const rows: [fields: Partial<KubernetesSpec>, scope: StoreScope, paths: string[]][] = [
    [{ auth: { serviceAccount } }, store, []],
    [{ auth: { serviceAccount } }, clusterStore, []],
    [{ authRef: own }, store, []],
    [{ authRef: own, server: { url: 'ftp://x' } }, store, []],
    [{}, store, ['auth']],
    [{ auth: {} }, store, ['auth']],
    [{ authRef: own, auth: { serviceAccount } }, store, ['auth']],
    [{ auth: { serviceAccount, token: { bearerToken: own } } }, store, ['auth']],
    [{ auth: { serviceAccount }, server: { url: 'ftp://x' } }, store, ['server.url']],
    [{ auth: { serviceAccount }, server: { url: 'https://' } }, store, ['server.url']],
    [{ auth: { serviceAccount: elsewhere } }, store, ['auth.serviceAccount.namespace']],
    [bearer(own), store, []],
    [bearer(elsewhere), clusterStore, []],
    [bearer({ name: 'x' }), store, ['auth.token.bearerToken']],
    [bearer(elsewhere), store, ['auth.token.bearerToken.namespace']],
    [bearer(own), clusterStore, ['auth.token.bearerToken.namespace']],
    [{ auth: { token: {} } }, store, ['auth.token.bearerToken']],
    [{ auth: { cert: { clientCert: own, clientKey: own } } }, store, []],
    [{ auth: { cert: { clientCert: own } } }, store, ['auth.cert.clientKey']],
    [{ auth: { cert: { clientCert: elsewhere, clientKey: own } } }, clusterStore, []],
    [
      { auth: { cert: { clientCert: own, clientKey: own } } },
      clusterStore,
      ['auth.cert.clientCert.namespace'],
    ],
    [ca({}), store, []],
    [ca({}), clusterStore, ['server.caProvider.namespace']],
    [ca({ namespace: 'other' }), store, ['server.caProvider.namespace']],
    [{ authRef: elsewhere }, store, ['authRef.namespace']],
  ];
  for (const [fields, scope, paths] of rows) {
    const problems = kubernetes.validate(spec(fields), scope).map(({ path }) => path);
    assert.deepEqual(problems, paths, `${scope.kind} ${JSON.stringify(fields)}`);
  }
});

test('an address without a scheme is https, and none is the own cluster', () => {
  const rows: [url: string | undefined, href: string | undefined][] = [
    [undefined, 'https://kubernetes.default/'],
    ['', 'https://kubernetes.default/'],
    ['kubernetes.default', 'https://kubernetes.default/'],
    ['10.0.0.1:6443', 'https://10.0.0.1:6443/'],
    ['kube:6443/k8s/clusters/c-1', 'https://kube:6443/k8s/clusters/c-1'],
    ['http://localhost:8001', 'http://localhost:8001/'],
    ['file:///etc/passwd', undefined],
  ];
  for (const [url, href] of rows)
    assert.equal(serverUrl(spec(url === undefined ? {} : { server: { url } }))?.href, href);
});

test('the references are those that the method in use reads', () => {
  const caProvider = { type: 'Secret', name: 'ca', key: 'ca', namespace: 'infra' } as const;
  const server = { url: 'kube', caProvider };
  const rows: [fields: Partial<KubernetesSpec>, references: string[]][] = [
    [
      { auth: { serviceAccount }, server },
      ['ServiceAccount app auth.serviceAccount', 'Secret ca server.caProvider'],
    ],
    [
      { auth: { serviceAccount }, server: { ...server, caBundle: 'eA==' } },
      ['ServiceAccount app auth.serviceAccount'],
    ],
    [{ auth: { token: { bearerToken: own } } }, ['Secret x auth.token.bearerToken']],
    [
      { auth: { cert: { clientCert: own, clientKey: { name: 'k' } } } },
      ['Secret x auth.cert.clientCert', 'Secret k auth.cert.clientKey'],
    ],
    [{ authRef: own, server }, ['Secret x authRef']],
  ];
  for (const [fields, references] of rows) {
    const seen = kubernetes.references(spec(fields)).map(({ kind, name, path }) => `${kind} ${name} ${path}`);
    assert.deepEqual(seen, references);
  }
});

test("a cluster store whose ServiceAccount is its consumers' is neither ready nor broken by itself", async () => {
  const deps = { credentials: undefined as never, now: () => 0, countCall: () => {} };
  const client = await kubernetes.connect(spec({ auth: { serviceAccount } }), clusterStore, deps);
  assert.equal(await client.check(AbortSignal.timeout(1000)), 'unknown');
  await assert.rejects(client.read({ key: 'x' }, AbortSignal.timeout(1000)), { code: 'Misconfigured' });
});
