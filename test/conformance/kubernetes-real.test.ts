// needs: cluster
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createCredentials } from '../../providers/kit/credentials.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import { kubernetes } from '../../providers/kubernetes/index.ts';
import type { KubernetesSpec } from '../../providers/kubernetes/schema.ts';
import { createKubeApi } from '../../server/kube.ts';
import { kubeReader } from '../../server/kube-ports.ts';
import { startCluster } from '../testbed/cluster.ts';
import { kubernetesHarnesses } from './harness/kubernetes.ts';
import { conformance } from './kit.ts';
import { realHost } from './kubernetes-host.ts';

for (const harness of kubernetesHarnesses('real', realHost, ['serviceAccount'])) await conformance(harness);

test('the own cluster, with its CA and tokens, or by a kubeconfig', async (t) => {
  const cluster = await startCluster({ users: [{ name: 'nobody' }] });
  t.after(() => cluster.stop());
  const api = createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath });
  t.after(() => api.close());
  const inTeam = (kind: string, name: string, fields: object = {}) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'team' },
    ...fields,
  });
  const rbac = 'rbac.authorization.k8s.io';
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
    inTeam('ServiceAccount', 'app'),
    inTeam('ConfigMap', 'kube-root-ca.crt', { data: { 'ca.crt': cluster.caPem } }),
    inTeam('Secret', 'kubeconfigs', {
      stringData: {
        admin: await readFile(cluster.admin.kubeconfigPath, 'utf8'),
        nobody: await readFile(cluster.user('nobody').kubeconfigPath, 'utf8'),
      },
    }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'default', labels: { app: 'web' } },
      data: { 'blob.bin': 'AP/+', password: 'czNjcmV0' },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['secrets', 'namespaces'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'app', namespace: 'team' }],
    },
  );
  const scope = { kind: 'SecretStore', name: 'own', namespace: 'team' } as const;
  const connect = async (fields: Partial<KubernetesSpec>) => {
    const spec: KubernetesSpec = { remoteNamespace: 'default', ...fields };
    assert.deepEqual(kubernetes.validate(spec, scope), []);
    const client = await kubernetes.connect(spec, scope, {
      credentials: createCredentials(scope, kubeReader(api)),
      now: Date.now,
      countCall: () => {},
    });
    t.after(() => client.close());
    return client;
  };
  const soon = () => AbortSignal.timeout(20_000);
  const rejects = (work: Promise<unknown>, code: string) =>
    assert.rejects(work, (error) => error instanceof ProviderError && error.code === code);
  const server = {
    url: cluster.server.replace('https://', ''),
    caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } as const,
  };
  const own = { server, auth: { serviceAccount: { name: 'app' } } };

  for (const fields of [own, { authRef: { name: 'kubeconfigs', key: 'admin' } }]) {
    const client = await connect(fields);
    assert.equal(await client.check(soon()), 'ready');
    const secret = await client.read({ key: 'db' }, soon());
    assert.equal(Buffer.from(secret.value('password')).toString(), 's3cret');
    assert.deepEqual([...secret.value('blob.bin')], [0, 0xff, 0xfe]);
    const found = await client.find!({ tags: { app: 'web' } }, soon());
    assert.deepEqual([...found.keys()], ['db']);
    await rejects(client.read({ key: 'missing' }, soon()), 'NotFound');
    const elsewhere = await connect({ ...fields, remoteNamespace: 'mistyped' });
    await rejects(elsewhere.read({ key: 'db' }, soon()), 'Misconfigured');
    await rejects(elsewhere.find!({ name: '.' }, soon()), 'Misconfigured');
  }
  const nobody = await connect({ authRef: { name: 'kubeconfigs', key: 'nobody' } });
  await rejects(nobody.check(soon()), 'Denied');
  await rejects(nobody.read({ key: 'db' }, soon()), 'Denied');
  const untrusting = await connect({ ...own, server: { url: server.url } });
  await rejects(untrusting.read({ key: 'db' }, soon()), 'TlsFailed');
});
