import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { createInProcessApi } from '../../../../local/api/in-process.ts';
import { createStore } from '../../../../local/api/store.ts';
import { steppedClock } from '../../../../local/metacontroller/clock.ts';
import { decoratorType } from '../../../../local/metacontroller/composites.ts';
import { createStandIn } from '../../../../local/metacontroller/stand-in.ts';
import type { ResourceType } from '../../../../server/kube-api.ts';

const deployments: ResourceType = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

/** A DecoratorController over Deployments with an annotation, whose hook answers what the test says. */
async function setup(answer: () => object = () => ({ attachments: [] })) {
  const api = createInProcessApi(createStore());
  const clock = steppedClock();
  const calls: Record<string, unknown>[] = [];
  await api.create(
    { ...deployments, group: '', resource: 'namespaces', kind: 'Namespace', namespaced: false },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team' },
    },
  );
  await api.create(decoratorType, {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'DecoratorController',
    metadata: { name: 'watch' },
    spec: {
      resources: [
        {
          apiVersion: 'apps/v1',
          resource: 'deployments',
          annotationSelector: { matchAnnotations: { watch: 'true' } },
          ignoreStatusChanges: true,
        },
      ],
      hooks: { sync: { version: 'v2', webhook: { url: 'http://hook/sync' } } },
    },
  });
  const standIn = createStandIn({
    api,
    clock,
    workers: 'stepped',
    transport: async (_path, body) => {
      calls.push(JSON.parse(body));
      return { status: 200, headers: {}, body: JSON.stringify(answer()) };
    },
  });
  await standIn.start();
  return { api, clock, standIn, calls };
}

function deployment(name: string, annotations: Record<string, string> = { watch: 'true' }): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'team', annotations },
    spec: {},
  };
}

const names = (calls: readonly Record<string, unknown>[]) =>
  calls.map(({ object }) => (object as KubeObject).metadata.name);

test('a decorator tells of the objects that its annotations select, in the form of hooks v2', async () => {
  const { api, standIn, calls } = await setup();
  await api.create(deployments, deployment('a'));
  await api.create(deployments, deployment('b', { watch: 'false' }));
  while ((await standIn.step()) !== undefined);
  assert.deepEqual(names(calls), ['a']);
  const { controller, ...rest } = calls[0]!;
  assert.equal((controller as KubeObject).metadata.name, 'watch');
  assert.deepEqual(Object.keys(rest), ['object', 'attachments', 'related', 'finalizing']);
  assert.deepEqual([rest.attachments, rest.related, rest.finalizing], [{}, {}, false]);
  await api.mergePatch(deployments, 'team', 'b', { metadata: { annotations: { watch: 'true' } } });
  await standIn.step();
  assert.deepEqual(names(calls), ['a', 'b']);
  await standIn.stop();
});

test('a status alone does not wake a decorator, and a generation does', async () => {
  const { api, standIn, calls } = await setup();
  await api.create(deployments, deployment('a'));
  await standIn.step();
  await api.mergePatch(deployments, 'team', 'a', { status: { replicas: 1 } }, 'status');
  assert.equal(await standIn.step(), undefined);
  await api.mergePatch(deployments, 'team', 'a', { spec: { replicas: 1 } });
  assert.equal((await standIn.step())?.outcome, 'ok');
  assert.equal(calls.length, 2);
  await standIn.stop();
});

test('a decorator comes again when it was told to, and tells nothing of what is gone', async () => {
  const { api, clock, standIn, calls } = await setup(() => ({ attachments: [], resyncAfterSeconds: 30 }));
  await api.create(deployments, deployment('a'));
  await standIn.step();
  await clock.advance(29_000);
  assert.equal(await standIn.step(), undefined);
  await clock.advance(1_000);
  await standIn.step();
  assert.equal(calls.length, 2);
  await api.remove(deployments, 'team', 'a');
  while ((await standIn.step()) !== undefined);
  assert.equal(calls.length, 2);
  await standIn.stop();
});

test('an answer that would change the object or attach something is not covered, an unknown member an error', async () => {
  const attached = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
  for (const [answer, what] of [
    [{ annotations: { a: 'b' } }, /annotations in the answer/],
    [{ attachments: [attached] }, /attachments in the answer/],
    [{ finalized: true }, /finalized in the answer/],
  ] as const) {
    const { api, standIn } = await setup(() => answer);
    await api.create(deployments, deployment('a'));
    await assert.rejects(standIn.step(), what);
    await standIn.stop();
  }
  const { api, standIn } = await setup(() => ({ children: [] }));
  await api.create(deployments, deployment('a'));
  const result = await standIn.step();
  assert.equal(result?.outcome, 'failed');
  assert.match(result?.error?.message ?? '', /unknown field "children"/);
  await standIn.stop();
});
