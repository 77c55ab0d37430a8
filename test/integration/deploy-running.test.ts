// needs: cluster helm
// The chart on a real API server, with its Deployments' programs run here by their own arguments as their own ServiceAccounts.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { credentials } from '../../cli/credentials.ts';
import { createStandIn } from '../../local/metacontroller/stand-in.ts';
import { createKubeApi } from '../../server/kube.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Service, serviceDir, startService } from '../support/processes.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { createHelm, setFlags } from '../testbed/helm.ts';

const top = join(import.meta.dirname, '../..');
const metacontroller = process.env.METACONTROLLER_BIN;

describe('the chart, running', () => {
  const dir = serviceDir('running');
  let cluster: Cluster;
  let hook: Service;
  let driver: { log(): string; stop(): Promise<unknown> };
  const kubectl = (...args: string[]) => cluster.kubectl(args);

  /** A kubeconfig of a ServiceAccount in the namespace keyhook. */
  const kubeconfigOf = async (name: string): Promise<string> => {
    const { server, caPem } = cluster;
    const ca = Buffer.from(caPem).toString('base64');
    const path = join(dir.path, `kubeconfig-${name}`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name, user: { token: await cluster.serviceAccountToken('keyhook', name) } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };
  /** What Kubernetes gives a pod of the ServiceAccount `keyhook`: a directory and two variables. */
  const podOf = async () => {
    const serviceAccountDir = join(dir.path, 'serviceaccount');
    mkdirSync(serviceAccountDir);
    writeFileSync(join(serviceAccountDir, 'ca.crt'), cluster.caPem);
    const token = await cluster.serviceAccountToken('keyhook', 'keyhook');
    writeFileSync(join(serviceAccountDir, 'token'), token, { mode: 0o600 });
    const { hostname, port } = new URL(cluster.server);
    const env = { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    return { serviceAccountDir, env };
  };
  const argsOf = async (deployment: string): Promise<string[]> => {
    const { spec } = JSON.parse(
      await kubectl('get', 'deployment', deployment, '-n', 'keyhook', '-o', 'json'),
    );
    return spec.template.spec.containers[0].args;
  };

  before(async () => {
    cluster = await startCluster();
    const helm = await createHelm(cluster.admin.kubeconfigPath);
    await kubectl('create', 'namespace', 'keyhook');
    const secrets = credentials({
      namespace: 'keyhook',
      service: 'localhost',
      days: 1,
      now: Math.floor(Date.now() / 1_000),
    });
    await cluster.apply(...secrets);
    for (const secret of secrets as unknown as {
      metadata: { name: string };
      data: Record<string, string>;
    }[]) {
      const folder = join(dir.path, secret.metadata.name.replace('localhost-', ''));
      mkdirSync(folder);
      for (const [key, value] of Object.entries(secret.data))
        writeFileSync(join(folder, key), Buffer.from(value, 'base64'));
    }
    const values = { 'tls.existingSecret': 'localhost-tls', 'auth.existingSecret': 'localhost-token' };
    await helm.run('install', 'keyhook', join(top, 'deploy/chart'), '-n', 'keyhook', ...setFlags(values));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all');

    const [port, metrics, health, more] = await freePorts(4);
    const hookArgs = (await argsOf('keyhook')).map((arg) =>
      arg
        .replace('/etc/keyhook', dir.path)
        .replace('--port=8443', `--port=${port}`)
        .replace('--metrics-port=8080', `--metrics-port=${metrics}`),
    );
    const pod = await podOf();
    hook = startService('hook', {
      command: process.execPath,
      args: [
        join(top, 'cli/main.ts'),
        ...hookArgs,
        '--shutdown-delay=0s',
        `--service-account-dir=${pod.serviceAccountDir}`,
      ],
      dir: dir.path,
      env: pod.env,
    });
    // The Service has no pods here, so the definitions lead to the process; nothing else of them is changed.
    const found = await kubectl('get', 'compositecontrollers', '-o', 'json');
    const list = found.replaceAll('https://keyhook.keyhook.svc:8443', `https://localhost:${port}`);
    await cluster.kubectl(['replace', '-f', '-'], list);

    const kubeconfig = await kubeconfigOf('keyhook-metacontroller');
    if (metacontroller === undefined || metacontroller === '') {
      const api = createKubeApi({ kubeconfig });
      const standIn = createStandIn({ api, workers: 4 });
      await standIn.start();
      driver = { log: () => '', stop: () => standIn.stop().finally(() => api.close()) };
    } else {
      const args = (await argsOf('keyhook-metacontroller')).map((arg) =>
        arg
          .replace('--metrics-address=:9999', `--metrics-address=127.0.0.1:${more}`)
          .replace('--health-probe-bind-address=:8081', `--health-probe-bind-address=127.0.0.1:${health}`),
      );
      driver = startService('metacontroller', {
        command: metacontroller,
        args: [...args, `--kubeconfig=${kubeconfig}`, '--leader-election-namespace=keyhook'],
        dir: dir.path,
      });
    }
  });
  after(async () => {
    await driver?.stop();
    await hook?.stop();
    await cluster?.stop();
    await dir.remove();
  });

  test('makes a Secret, repairs it, and nobody lacks a right', async () => {
    await kubectl('create', 'namespace', 'team-a');
    await kubectl('apply', '-f', join(top, 'examples/fake'));
    const data = () =>
      kubectl('get', 'secret', 'database', '-n', 'team-a', '-o', 'jsonpath={.data.greeting}');
    const hello = Buffer.from('hello').toString('base64');
    await eventually(async () => assert.equal(await data(), hello), { timeout: 120_000 });
    await kubectl(
      'wait',
      '--for=condition=Ready',
      'externalsecret/database',
      '-n',
      'team-a',
      '--timeout=60s',
    );
    await kubectl('wait', '--for=condition=Ready', 'secretstore/fake', '-n', 'team-a', '--timeout=60s');

    await kubectl('delete', 'secret', 'database', '-n', 'team-a');
    await eventually(async () => assert.equal(await data(), hello), { timeout: 60_000 });
    const events = await kubectl('get', 'events', '-A', '-o', 'jsonpath={.items[*].message}');
    for (const said of [hook.log(), driver.log(), events])
      assert.doesNotMatch(said, /forbidden|cannot (list|get|patch|create)/i);
  });
});
