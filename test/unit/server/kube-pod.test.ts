import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createKubeApi } from '../../../server/kube.ts';
import { podAccess } from '../../../server/kube-pod.ts';
import { secrets } from '../../../server/kube-verbs.ts';
import { createAuthority } from '../../support/certificates.ts';
import { failsWith, newKubePath, secret } from '../../support/kube-server.ts';

const authority = createAuthority();

/** A directory as Kubernetes mounts it. */
function mounted(files: Readonly<Record<string, string>>): string {
  const dir = newKubePath();
  mkdirSync(dir);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

/** A client in a pod with that directory; the API server knows the token `new` only. */
async function inPod(t: TestContext, serviceAccountDir: string) {
  const { certPem: cert, keyPem: key } = authority.issue({ commonName: 'kubernetes' });
  const seen: (string | undefined)[] = [];
  const server = createServer({ cert, key }, ({ headers }, response) => {
    seen.push(headers.authorization);
    response.statusCode = headers.authorization === 'Bearer new' ? 200 : 401;
    response.end(JSON.stringify(secret));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.KUBERNETES_SERVICE_HOST = '127.0.0.1';
  process.env.KUBERNETES_SERVICE_PORT = String((server.address() as AddressInfo).port);
  const api = createKubeApi({ serviceAccountDir });
  t.after(() => {
    api.close();
    server.close();
    server.closeAllConnections();
  });
  return { get: () => api.get(secrets, 'team-a', 'app'), seen };
}

test('a pod needs no kubeconfig; its token is read again when the old one is refused', async (t) => {
  const dir = mounted({ token: 'old\n', 'ca.crt': authority.certPem });
  const { get, seen } = await inPod(t, dir);
  await assert.rejects(get(), failsWith(401, 'Unknown'));
  writeFileSync(join(dir, 'token'), 'new\n');
  assert.deepEqual(await get(), secret);
  assert.deepEqual([...new Set(seen)], ['Bearer old', 'Bearer new']);
});

test("only the cluster's own authority is trusted", async (t) => {
  const { get, seen } = await inPod(t, mounted({ token: 'new', 'ca.crt': createAuthority().certPem }));
  await assert.rejects(get(), failsWith(0, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'));
  assert.deepEqual(seen, []);
});

test('without the files there are no credentials, until they are back', async (t) => {
  const dir = mounted({ token: 'new', 'ca.crt': authority.certPem });
  const { get } = await inPod(t, dir);
  rmSync(join(dir, 'ca.crt'));
  await assert.rejects(get(), failsWith(0, 'NoCredentials'));
  writeFileSync(join(dir, 'ca.crt'), authority.certPem);
  assert.deepEqual(await get(), secret);
});

test('what is no pod is none: neither a directory nor an address alone', async () => {
  const dir = mounted({ token: 't', 'ca.crt': '' });
  const address = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  assert.equal(podAccess(dir, {}), undefined);
  assert.equal(podAccess(newKubePath(), address), undefined);
  assert.equal((await podAccess(dir, address)?.read())?.url.href, 'https://[fd00::1]/');
});

test('a pod does without the library that reads kubeconfigs', () => {
  const kubeconfig = newKubePath();
  const cluster = { server: 'http://127.0.0.1:9' };
  const context = { cluster: 'c', user: 'u' };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  createKubeApi({ kubeconfig }).close();
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (name.startsWith('@kubernetes/')) throw new Error('the library was loaded');
        return next(name, context);
      },
    });
    await import('./server/serve.ts');
    await import('./server/compose.ts');
    const { createKubeApi } = await import('./server/kube.ts');
    createKubeApi({ serviceAccountDir: ${JSON.stringify(mounted({ token: 't', 'ca.crt': '' }))} }).close();
    if (process.argv[1] !== undefined) createKubeApi({ kubeconfig: process.argv[1] });`;
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], {
      env: { ...process.env, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '9' },
      stdio: 'pipe',
    });
  run();
  assert.throws(() => run(kubeconfig), /the kubeconfig cannot be read/);
});
