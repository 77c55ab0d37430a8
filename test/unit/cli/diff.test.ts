import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApiServer } from '../../../local/api/server.ts';
import { createStore } from '../../../local/api/store.ts';
import { createKubeApi } from '../../../server/kube.ts';
import { secrets } from '../../../server/kube-verbs.ts';
import { tempDir } from '../../support/temp-dir.ts';

const top = join(import.meta.dirname, '../../..');

function keyhook(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  execFile(process.execPath, [join(top, 'cli/main.ts'), ...args], (error, stdout, stderr) =>
    resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
  );
  return promise;
}

test('diff tells what would change, by keys, and writes nothing', async (t) => {
  const server = await startApiServer({ store: createStore(), token: 'a-token-for-this-test' });
  t.after(server.close);
  const kubeconfig = join(tempDir('diff'), 'kubeconfig');
  const name = 'local';
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name, cluster: { server: server.url } }],
      users: [{ name, user: { token: 'a-token-for-this-test' } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    }),
  );
  const diff = () => keyhook('diff', '-f', join(top, 'examples/fake'), '--kubeconfig', kubeconfig);
  assert.deepEqual(await diff(), { code: 1, stdout: 'new     team-a/database\n', stderr: '' });

  const api = createKubeApi({ kubeconfig });
  t.after(api.close);
  const text = (value: string) => Buffer.from(value).toString('base64');
  const namespaces = {
    group: '',
    version: 'v1',
    resource: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
  };
  await api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
  const put = (data: Record<string, string>) =>
    api.apply(
      secrets,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'database', namespace: 'team-a' },
        data,
      } as never,
      { fieldManager: 'test', force: true },
    );
  const same = { username: text('admin'), password: text('not-a-secret'), greeting: text('hello') };
  const { password: _, ...less } = same;
  const before = await put({ ...less, username: text('root'), extra: text('x') });
  const second = await diff();
  assert.deepEqual(second, {
    code: 1,
    stdout: 'changed team-a/database: +password -extra ~username\n',
    stderr: '',
  });
  const now = await api.get(secrets, 'team-a', 'database');
  assert.equal(now.metadata.resourceVersion, before.metadata.resourceVersion);

  await put(same);
  assert.deepEqual(await diff(), { code: 0, stdout: 'same    team-a/database\n', stderr: '' });
});

test('usage reads files and says who uses a key', async () => {
  const { code, stdout } = await keyhook('usage', '-f', join(top, 'examples/fake'), 'database');
  assert.equal(code, 0);
  assert.match(stdout, /^SecretStore\/fake in team-a {2}database {2}team-a\/database {2}Secret database$/m);
});
