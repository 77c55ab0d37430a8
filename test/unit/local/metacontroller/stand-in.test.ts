import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { crdType, eventType, secretType } from '../../../../local/metacontroller/discovery.ts';
import { StandInCrash } from '../../../../local/metacontroller/errors.ts';
import type { HookTransport } from '../../../../local/metacontroller/hook-client.ts';
import { createStandIn } from '../../../../local/metacontroller/stand-in.ts';
import { home } from '../../../golden/metacontroller/case.ts';
import { get, hookOf, keep, passwordOf, start } from './driven.ts';
import { controllerType, mirror, mirrors, mirrorType, secret, startWorld, webhook } from './world.ts';

test('a changed spec of the controller aborts the call in flight and starts anew', async () => {
  const aborted = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  let calls = 0;
  const transport: HookTransport = (_, __, signal) => {
    calls++;
    if (calls > 1) return Promise.resolve({ status: 200, headers: {}, body: '{"children":[]}' });
    called.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        aborted.resolve();
        reject(signal.reason);
      });
    });
  };
  const { api, standIn } = await start({ transport });
  await api.create(mirrorType, mirror());
  const first = standIn.step();
  await called.promise;
  await api.mergePatch(controllerType, undefined, 'mirrors', { spec: { resyncPeriodSeconds: 60 } });
  await aborted.promise;
  assert.match((await first)?.error?.message ?? '', /context canceled$/);
  assert.equal((await standIn.step())?.outcome, 'ok');
  await standIn.stop();
});

test('a null child ends everything, as it ends the process of Metacontroller', async () => {
  const crashes: Error[] = [];
  const { api, standIn } = await start({
    answer: () => ({ children: [null] }),
    onCrash: (error) => crashes.push(error),
  });
  await api.create(mirrorType, mirror());
  await assert.rejects(standIn.step(), StandInCrash);
  await assert.rejects(standIn.idle(), StandInCrash);
  assert.equal(crashes.length, 1);
  await standIn.stop();
});

test('a controller that cannot be made is told so by an Event, and tried again', async () => {
  const auth = { authorization: { secretRef: { name: 'absent', namespace: home, key: 'token' } } };
  const { api, clock, standIn } = await start({
    controller: mirrors({ hooks: { sync: webhook('sync', auth) } }),
  });
  const texts = async () =>
    (await api.list(eventType, { namespace: 'default' })).items.map(
      ({ reason, message }) => `${reason}: ${message}`,
    );
  assert.deepEqual(await texts(), [
    `CreateError: Cannot create new controller: can't resolve endpoint config for sync hook: can't resolve authorization: can't get authorization secret ${home}/absent: secrets "absent" not found`,
  ]);
  await api.create(secretType, { ...secret('absent', '1'), data: { token: 'YQ==' } });
  clock.advance(5);
  await standIn.idle();
  assert.ok((await texts()).includes('Started: Started controller: mirrors'));
  await standIn.stop();
});

test('a controller whose parents have no status subresource is left out, with an Event', async () => {
  const { api, clock } = await startWorld();
  const crd = await api.get(crdType, undefined, 'mirrors.golden.keyhook.test');
  const [version] = (crd.spec as { versions: object[] }).versions;
  await api.mergePatch(crdType, undefined, crd.metadata.name, {
    spec: { versions: [{ ...version, subresources: null }] },
  });
  await api.create(controllerType, mirrors());
  const standIn = createStandIn({ api, clock, workers: 'stepped', transport: hookOf(keep) });
  await standIn.start();
  await api.create(mirrorType, mirror());
  assert.equal(await standIn.step(), undefined);
  const { items } = await api.list(eventType, { namespace: 'default' });
  assert.deepEqual(
    items.map(({ message }) => message),
    [
      "[mirrors] Sync error - ignoring, CRD [apiextensions.k8s.io/v1, Kind=CustomResourceDefinition] does not have subresource 'Status' enabled",
    ],
  );
  await standIn.stop();
});

test('configurations that are not covered are refused at the start', async () => {
  const refused = async (type: typeof controllerType, object: KubeObject, message: string) => {
    const { api, clock } = await startWorld();
    await api.create(type, object);
    const standIn = createStandIn({ api, clock, workers: 'stepped', transport: hookOf(keep) });
    await assert.rejects(standIn.start(), { name: 'NotCovered', message });
    await standIn.stop();
  };
  const message = 'the stand-in does not cover';
  const decoratorType = { ...controllerType, resource: 'decoratorcontrollers', kind: 'DecoratorController' };
  const decorator = {
    ...mirrors(),
    kind: 'DecoratorController',
    spec: { resources: [], hooks: { finalize: {} } },
  };
  await refused(
    controllerType,
    mirrors({ generateSelector: false }),
    `${message} generateSelector: false (CompositeController mirrors)`,
  );
  await refused(decoratorType, decorator, `${message} a finalize hook (DecoratorController mirrors)`);
});

test('with workers passes run by themselves, and idle waits for them and for the caches', async () => {
  const { api } = await startWorld();
  await api.create(controllerType, mirrors());
  const standIn = createStandIn({ api, workers: 2, transport: hookOf(keep) });
  await standIn.start();
  for (const name of ['a', 'b', 'c']) await api.create(mirrorType, mirror(name, { value: name }));
  await standIn.idle();
  for (const name of ['a', 'b', 'c']) assert.equal(passwordOf(await get(api, name)), name);
  await api.remove(mirrorType, home, 'a');
  await api.mergePatch(mirrorType, home, 'b', { spec: { value: 'changed' } });
  await standIn.idle();
  assert.equal(passwordOf(await get(api, 'b')), 'changed');
  await standIn.stop();
});
