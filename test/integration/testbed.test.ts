// needs: cluster vault
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { http } from '../support/http.ts';
import { startRecordingProxy } from '../support/recording-proxy.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { startVault, type Vault } from '../testbed/vault.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } };
const serviceAccount = inNamespace('v1', 'ServiceAccount', 'reader');
const secret = { ...inNamespace('v1', 'Secret', 'target'), stringData: { password: 'from-the-testbed' } };
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

describe('the test bed', () => {
  let cluster: Cluster;
  let vault: Vault;
  before(async () => {
    cluster = await startCluster({ users: [{ name: 'alice', groups: ['team-a'] }] });
    vault = await startVault();
    await cluster.apply(namespace, serviceAccount, secret, crd);
  });
  after(async () => {
    await vault.stop();
    await cluster.stop();
  });

  test('keeps what is applied, over a restart of the API server', async () => {
    const read = () =>
      cluster.kubectl(['get', 'secret', 'target', '-n', 'team-a', '-o', 'jsonpath={.data.password}']);
    assert.equal(Buffer.from(await read(), 'base64').toString(), 'from-the-testbed');
    await cluster.restartApiServer();
    assert.equal(Buffer.from(await read(), 'base64').toString(), 'from-the-testbed');
  });

  test('serves custom resources, and collects what their owner leaves behind', async () => {
    await eventually(() => cluster.apply(inNamespace('example.com/v1', 'Widget', 'one')));
    await cluster.apply(inNamespace('v1', 'ConfigMap', 'owner'));
    const uid = await cluster.kubectl([
      'get',
      'configmap',
      'owner',
      '-n',
      'team-a',
      '-o',
      'jsonpath={.metadata.uid}',
    ]);
    const owned = inNamespace('v1', 'Secret', 'owned');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await cluster.apply({ ...owned, metadata: { ...owned.metadata, ownerReferences } });
    await cluster.kubectl(['delete', 'configmap', 'owner', '-n', 'team-a']);
    await eventually(() =>
      assert.rejects(cluster.kubectl(['get', 'secret', 'owned', '-n', 'team-a']), /NotFound/),
    );
  });

  test('gives a user the rights of the groups, and no others', async () => {
    const as = ['--kubeconfig', cluster.user('alice').kubeconfigPath, '-n', 'team-a'];
    const get = ['get', 'secret', 'target', '-o', 'name', ...as];
    await assert.rejects(cluster.kubectl(get), /"alice" cannot get resource "secrets"/);
    await cluster.kubectl([
      'create',
      'rolebinding',
      'view',
      '--clusterrole=admin',
      '--group=team-a',
      '-n',
      'team-a',
    ]);
    assert.equal(await eventually(() => cluster.kubectl(get)), 'secret/target\n');
    await assert.rejects(cluster.kubectl(['get', 'nodes', ...as]), /Forbidden/);
  });

  test("Vault's kubernetes auth accepts a ServiceAccount's token by the cluster's TokenReview", async () => {
    await vault.enableKv('kv', 2);
    await vault.write('kv/data/app', '{"data":{"answer":42}}');
    await vault.policy('reader', 'path "kv/data/*" { capabilities = ["read"] }');
    await vault.enableKubernetesAuth(cluster);
    await vault.write('auth/kubernetes/role/reader', {
      bound_service_account_names: ['reader'],
      bound_service_account_namespaces: ['team-a'],
      audience: 'vault',
      token_policies: ['reader'],
    });
    const proxy = await startRecordingProxy(vault.address);
    const login = async (jwt: string) =>
      http({
        url: `${proxy.url}/v1/auth/kubernetes/login`,
        method: 'POST',
        body: JSON.stringify({ role: 'reader', jwt }),
      });

    const answer = await login(await cluster.serviceAccountToken('team-a', 'reader', ['vault']));
    assert.equal(answer.status, 200, answer.body.toString());
    const { client_token: token } = JSON.parse(answer.body.toString()).auth;
    const value = await http({ url: `${proxy.url}/v1/kv/data/app`, headers: { 'x-vault-token': token } });
    assert.equal(JSON.parse(value.body.toString()).data.data.answer, 42);

    assert.equal(
      (await login(await cluster.serviceAccountToken('team-a', 'default', ['vault']))).status,
      403,
    );
    assert.equal(proxy.count(/^POST \/v1\/auth\/kubernetes\/login/), 2);
    await proxy.close();
  });

  test('Vault serves TLS and knows its clients by their certificates', async () => {
    const authority = createAuthority();
    const identity = authority.issue({ commonName: 'client' });
    const caPem = authority.certPem;
    const tls = { server: authority.issue({ commonName: 'vault' }), caPem, clients: { caPem, identity } };
    const secured = await startVault({ tls });
    await secured.enableAuth('cert');
    await secured.write('auth/cert/certs/client', { certificate: caPem, allowed_common_names: 'client' });
    const url = `${secured.address}/v1/auth/cert/login`;
    assert.equal((await http({ url, method: 'POST', caPem, identity })).status, 200);
    await assert.rejects(http({ url, method: 'POST', caPem }));
    await secured.stop();
  });
});

function inNamespace(apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, metadata: { name, namespace: 'team-a' } };
}
