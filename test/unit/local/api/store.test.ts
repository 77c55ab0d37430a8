import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { createInProcessApi } from '../../../../local/api/in-process.ts';
import { createStore, type Write } from '../../../../local/api/store.ts';
import { KubeApiError } from '../../../../server/kube-api.ts';
import { eventually } from '../../../support/eventually.ts';
import { configMap, configMapType, definitionType, failsWith, secret, secretType } from './fixtures.ts';
import { widgets } from './scenarios/widgets.ts';

test('times and uids come from outside', async () => {
  let now = Date.parse('2026-01-02T03:04:05.678Z');
  let count = 0;
  const uid = () => `00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`;
  const api = createInProcessApi(createStore({ now: () => now, uid }));
  const made = await api.create(secretType, secret('a'));
  assert.equal(made.metadata.creationTimestamp, '2026-01-02T03:04:05Z');
  assert.equal(made.metadata.uid, uid().replace(/\d\d$/, '02'));
  now += 60_000;
  const changed = await api.mergePatch(secretType, 'default', 'a', { data: { k: 'MQ==' } });
  assert.equal(changed.metadata.managedFields?.[0]?.time, '2026-01-02T03:05:05Z');
});

test('versions rise by one with each write that changes something, and by none with the others', async () => {
  const api = createInProcessApi(createStore());
  const version = ({ metadata }: KubeObject) => Number(metadata.resourceVersion);
  const first = version(await api.create(secretType, secret('a', { k: 'MQ==' })));
  const options = { fieldManager: 'keyhook', force: true };
  assert.equal(version(await api.apply(secretType, secret('a', { k: 'MQ==' }), options)), first + 1);
  assert.equal(version(await api.apply(secretType, secret('a', { k: 'MQ==' }), options)), first + 1);
  assert.equal(version(await api.apply(secretType, secret('a', { k: 'Mg==' }), options)), first + 2);
});

test('an interceptor sees each write before it is stored, and what it throws is the answer', async () => {
  const store = createStore();
  const api = createInProcessApi(store);
  const seen: string[] = [];
  const stop = store.intercept(({ verb, type, object, subresource }: Write) => {
    seen.push([verb, type.resource, object.metadata.name, subresource].join(' ').trim());
    if (verb === 'apply') throw new KubeApiError(429, 'TooManyRequests');
    // What is seen is a copy.
    object.metadata.name = 'changed';
  });
  await api.create(secretType, secret('a'));
  await api.mergePatch(secretType, 'default', 'a', { data: { k: 'MQ==' } });
  const applied = api.apply(secretType, secret('a'), { fieldManager: 'm', force: true });
  await assert.rejects(applied, failsWith(429, 'TooManyRequests'));
  await api.remove(secretType, 'default', 'a');
  assert.deepEqual(seen, ['create secrets a', 'patch secrets a', 'apply secrets a', 'delete secrets a']);
  stop();
  await api.apply(secretType, secret('a'), { fieldManager: 'm', force: true });
});

test('garbage is collected in the background, or only when asked', async () => {
  for (const collection of ['background', 'manual'] as const) {
    const store = createStore({ collection });
    const api = createInProcessApi(store);
    const { uid } = (await api.create(configMapType, configMap('owner'))).metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: uid! }];
    await api.create(secretType, secret('owned', {}, { ownerReferences }));
    await api.remove(configMapType, 'default', 'owner');
    if (collection === 'manual') {
      assert.equal((await api.list(secretType)).items.length, 1);
      store.collect();
    }
    await eventually(async () => assert.equal((await api.list(secretType)).items.length, 0));
  }
});

test('an owner whose kind nobody serves keeps its dependents until the kind is known', async () => {
  const store = createStore({ collection: 'manual' });
  const api = createInProcessApi(store);
  const uid = '11111111-1111-4111-8111-111111111111';
  const ownerReferences = [{ apiVersion: 'later.example.com/v1', kind: 'Widget', name: 'w', uid }];
  await api.create(secretType, secret('owned', {}, { ownerReferences }));
  store.collect();
  assert.equal((await api.list(secretType)).items.length, 1);
  await api.create(definitionType, widgets('later.example.com') as KubeObject);
  store.collect();
  assert.equal((await api.list(secretType)).items.length, 0);
});

test('a changed definition prunes and defaults what is stored, as reading it under the new schema would', async () => {
  const store = createStore();
  const api = createInProcessApi(store);
  const definition = await api.create(definitionType, widgets('w.example.com') as KubeObject);
  const base = {
    group: 'w.example.com',
    version: 'v1',
    resource: 'widgets',
    kind: 'Widget',
    namespaced: true,
  };
  const metadata = { name: 'a', namespace: 'default' };
  const spec = { size: 1, on: true };
  const made = await api.create(base, { apiVersion: 'w.example.com/v1', kind: 'Widget', metadata, spec });
  const text = JSON.stringify(await api.get(definitionType, undefined, definition.metadata.name));
  await api.replace(definitionType, JSON.parse(text.replaceAll('"on":{"type":"boolean"},', '')));
  const read = await api.get(base, 'default', 'a');
  assert.deepEqual(read.spec, { size: 1, mode: 'A' });
  assert.equal(read.metadata.resourceVersion, made.metadata.resourceVersion);
});

test("Keyhook's own definitions are taken, with every keyword that they use", async () => {
  const api = createInProcessApi(createStore());
  for (const kind of ['external-secret', 'secret-store']) {
    const path = join(import.meta.dirname, '../../../../composite-controllers', kind, 'crd.yaml');
    for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
      const { metadata } = await api.create(definitionType, document.toJS());
      const { status } = await api.get(definitionType, undefined, metadata.name);
      assert.deepEqual((status as { storedVersions: string[] }).storedVersions, ['v1']);
    }
  }
});

type Edit = (definition: ReturnType<typeof widgets>) => unknown;
const uncovered: Record<string, Edit> = {
  'conversion webhooks': ({ spec }) => Object.assign(spec as object, { conversion: { strategy: 'Webhook' } }),
  'the scale subresource': ({ spec }) => {
    const [version] = (spec as { versions: object[] }).versions;
    Object.assign(version as object, { subresources: { status: {}, scale: {} } });
  },
  'a keyword that is not followed': ({ spec }) => {
    const [version] = (spec as { versions: { schema: { openAPIV3Schema: object } }[] }).versions;
    Object.assign(version!.schema.openAPIV3Schema, { multipleOf: 2 });
  },
};
for (const [what, edit] of Object.entries(uncovered))
  test(`${what}: refused, not approximated`, async () => {
    const definition = widgets('w.example.com');
    edit(definition);
    const made = createInProcessApi(createStore()).create(definitionType, definition as KubeObject);
    await assert.rejects(made, failsWith(501, 'NotImplemented'));
  });

test('an object with more updating managers than are tracked is refused, not approximated', async () => {
  const store = createStore();
  const target = store.target(secretType, 'default');
  store.create(target, secret('a'), { manager: 'm0' });
  const add = (count: number) =>
    store.patch(
      target,
      'a',
      (object) => ({ ...object, data: { ...Object(object.data), [`k${count}`]: '' } }),
      {
        manager: `m${count}`,
      },
    );
  for (let count = 1; count < 10; count++) add(count);
  assert.throws(() => add(10), failsWith(501, 'NotImplemented'));
});
