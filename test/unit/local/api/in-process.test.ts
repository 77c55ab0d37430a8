import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInProcessApi } from '../../../../local/api/in-process.ts';
import { startApiServer } from '../../../../local/api/server.ts';
import { createStore, type Store } from '../../../../local/api/store.ts';
import { createKubeApi } from '../../../../server/kube.ts';
import type { KubeApi, WatchEvent } from '../../../../server/kube-api.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { configMapType, failsWith, secret, secretType } from './fixtures.ts';

const dir = tempDir('in-process');

/** The same store in process and, over HTTP, by the client that Keyhook has in a cluster. */
const ways: Record<string, (store: Store) => Promise<{ api: KubeApi; close: () => Promise<void> }>> = {
  'in process': async (store) => ({ api: createInProcessApi(store), close: async () => {} }),
  'over HTTP': async (store) => {
    const server = await startApiServer({ store, token: 'secret-token' });
    const kubeconfig = join(dir, `${crypto.randomUUID()}.json`);
    const content = {
      clusters: [{ name: 'c', cluster: { server: server.url } }],
      users: [{ name: 'u', user: { token: 'secret-token' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(kubeconfig, JSON.stringify(content));
    const api = createKubeApi({ kubeconfig });
    const close = async () => {
      api.close();
      await server.close();
    };
    return { api, close };
  },
};

function each(what: string, run: (api: KubeApi, store: Store) => Promise<void>): void {
  for (const [way, connect] of Object.entries(ways))
    test(`${what} (${way})`, async () => {
      const store = createStore();
      const { api, close } = await connect(store);
      try {
        await run(api, store);
      } finally {
        await close();
      }
    });
}

each('objects come and go by every verb', async (api) => {
  const made = await api.create(secretType, secret('a', { k: 'MQ==' }));
  assert.equal(made.metadata.managedFields?.[0]?.manager, 'keyhook');
  const applied = await api.apply(secretType, secret('a', { l: 'Mg==' }), {
    fieldManager: 'm',
    force: false,
  });
  assert.deepEqual(applied.data, { k: 'MQ==', l: 'Mg==' });
  const patched = await api.jsonPatch(secretType, 'default', 'a', [
    { op: 'test', path: '/metadata/resourceVersion', value: applied.metadata.resourceVersion },
    { op: 'remove', path: '/data/k' },
  ]);
  assert.deepEqual(patched.data, { l: 'Mg==' });
  const merged = await api.mergePatch(secretType, 'default', 'a', { metadata: { labels: { x: 'y' } } });
  const replaced = await api.replace(secretType, { ...merged, data: { z: 'eg==' } });
  assert.deepEqual(await api.get(secretType, 'default', 'a'), replaced);
  const listed = await api.list(secretType, { namespace: 'default', labelSelector: 'x=y' });
  assert.deepEqual(listed.items, [replaced]);
  await api.remove(secretType, 'default', 'a', { uid: made.metadata.uid!, propagation: 'Background' });
  await assert.rejects(api.get(secretType, 'default', 'a'), failsWith(404, 'NotFound'));
});

each('a dry run shows the outcome and stores nothing', async (api) => {
  const options = { fieldManager: 'm', force: true, dryRun: true };
  const shown = await api.apply(secretType, secret('a', { k: 'MQ==' }), options);
  assert.equal(shown.type, 'Opaque');
  await assert.rejects(api.get(secretType, 'default', 'a'), failsWith(404, 'NotFound'));
});

each('refusals carry the status and reason of the real API server', async (api) => {
  const made = await api.create(secretType, secret('a', { k: 'MQ==' }));
  await assert.rejects(api.create(secretType, secret('a')), failsWith(409, 'AlreadyExists'));
  await api.mergePatch(secretType, 'default', 'a', { data: { k: 'Mg==' } });
  await assert.rejects(api.replace(secretType, made), failsWith(409, 'Conflict'));
  const other = api.apply(secretType, secret('a', { k: 'Mw==' }), { fieldManager: 'm', force: false });
  await assert.rejects(other, failsWith(409, 'Conflict'));
  const wrongUid = { uid: '11111111-1111-4111-8111-111111111111' };
  await assert.rejects(api.remove(secretType, 'default', 'a', wrongUid), failsWith(409, 'Conflict'));
  await assert.rejects(
    api.mergePatch(secretType, 'default', 'a', { type: 'other' }),
    failsWith(422, 'Invalid'),
  );
  const unknown = { ...secretType, resource: 'inventions' };
  await assert.rejects(api.list(unknown), failsWith(404, 'NotFound'));
});

each('a key named __proto__ is data like any other', async (api) => {
  const data = JSON.parse('{"__proto__":"YQ==","constructor":"Yg=="}');
  const options = { fieldManager: 'm', force: true };
  const { data: stored } = await api.apply(secretType, secret('a', data), options);
  assert.deepEqual(Object.entries(stored as object), Object.entries(data));
  const rest = await api.apply(secretType, secret('a', { constructor: 'Yg==' }), options);
  assert.deepEqual(Object.keys(rest.data as object), ['constructor']);
});

each('a watch delivers what happens after a version, in order, until it is aborted', async (api) => {
  await api.create(secretType, secret('before'));
  const { resourceVersion } = await api.list(secretType);
  const stop = new AbortController();
  const seen: string[] = [];
  const done = Promise.withResolvers<void>();
  const onEvent = ({ type, object }: WatchEvent): void => {
    seen.push(`${type} ${object.metadata.name}`);
    if (type === 'DELETED') done.resolve();
  };
  const watching = api.watch(secretType, { namespace: 'default', resourceVersion }, onEvent, stop.signal);
  await api.create(secretType, secret('a', { k: 'MQ==' }));
  await api.mergePatch(secretType, 'default', 'a', { data: { k: 'MQ==' } });
  await api.mergePatch(secretType, 'default', 'a', { data: { k: 'Mg==' } });
  await api.remove(secretType, 'default', 'a');
  await done.promise;
  stop.abort();
  await watching;
  assert.deepEqual(seen, ['ADDED a', 'MODIFIED a', 'DELETED a']);
});

each('a watch from a version that is forgotten says to list again', async (api, store) => {
  const { resourceVersion } = await api.list(secretType);
  await api.create(secretType, secret('a'));
  store.compact();
  const watching = api.watch(secretType, { resourceVersion }, () => {}, new AbortController().signal);
  await assert.rejects(watching, failsWith(410, 'Expired'));
});

each('a token names its ServiceAccount and ends when it says', async (api, store) => {
  const type = { ...configMapType, resource: 'serviceaccounts', kind: 'ServiceAccount' };
  const metadata = { name: 'sa', namespace: 'default' };
  await api.create(type, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const ask = () => api.createToken('default', 'sa', { audiences: ['vault'], expirationSeconds: 600 });
  const [first, second] = [await ask(), await ask()].map(
    ({ status }) => status as { token: string; expirationTimestamp: string },
  );
  assert.notEqual(first!.token, second!.token);
  const claims = JSON.parse(Buffer.from(first!.token.split('.')[1]!, 'base64url').toString());
  assert.deepEqual(
    [claims.aud, claims.sub, claims.exp * 1000],
    [['vault'], 'system:serviceaccount:default:sa', Date.parse(first!.expirationTimestamp)],
  );
  assert.ok(claims.exp * 1000 > store.now());
});

test('nothing that passes is shared with the store', async () => {
  const api = createInProcessApi(createStore());
  const given = secret('a', { k: 'MQ==' });
  const made = await api.create(secretType, given);
  for (const object of [given, made, await api.get(secretType, 'default', 'a')])
    (object.data as Record<string, string>).k = 'changed';
  for (const { data } of (await api.list(secretType)).items) (data as Record<string, string>).k = 'changed';
  assert.deepEqual((await api.get(secretType, 'default', 'a')).data, { k: 'MQ==' });
});
