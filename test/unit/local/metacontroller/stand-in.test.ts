import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { crdType, eventType, secretType } from '../../../../local/metacontroller/discovery.ts';
import { StandInCrash } from '../../../../local/metacontroller/errors.ts';
import type { HookReply, HookTransport } from '../../../../local/metacontroller/hook-client.ts';
import { createStandIn, type StandInOptions } from '../../../../local/metacontroller/stand-in.ts';
import { type KubeApi, KubeApiError } from '../../../../server/kube-api.ts';
import { elsewhere, home } from '../../../golden/metacontroller/cases.ts';
import { controllerType, mirror, mirrors, mirrorType, secret, settle, startWorld, webhook } from './world.ts';

interface SyncRequest {
  parent: KubeObject;
  children: Record<string, Record<string, KubeObject>>;
  related: Record<string, Record<string, KubeObject>>;
}

type Answer = (hook: string, request: SyncRequest) => object | HookReply;

/** A hook that answers an object with 200, and everything else as it is. */
function hookOf(answer: Answer): HookTransport {
  return async (path, body) => {
    const given = answer(path.slice(1), JSON.parse(body));
    return 'status' in given && typeof given.status === 'number'
      ? (given as HookReply)
      : { status: 200, headers: {}, body: JSON.stringify(given) };
  };
}

/** Keeps one Secret named after the parent, with the parent's `value`. */
const keep: Answer = (_, { parent }) => ({
  children: [{ ...secret(parent.metadata.name, (parent.spec as { value: string }).value) }],
});

/** A stepped stand-in over a fresh world with one controller; `api` may be wrapped. */
async function start({
  controller = mirrors(),
  answer = keep,
  wrap = (api: KubeApi) => api,
  ...options
}: Partial<StandInOptions> & {
  controller?: KubeObject;
  answer?: Answer;
  wrap?: (api: KubeApi) => KubeApi;
} = {}) {
  const world = await startWorld();
  await world.api.create(controllerType, controller);
  const restart = async () => {
    const standIn = createStandIn({
      api: wrap(world.api),
      clock: world.clock,
      workers: 'stepped',
      transport: hookOf(answer),
      ...options,
    });
    await standIn.start();
    return standIn;
  };
  return { ...world, restart, standIn: await restart() };
}

const get = (api: KubeApi, name = 'db') => api.get(secretType, home, name);
const passwordOf = ({ data }: KubeObject) =>
  Buffer.from((data as { password: string }).password, 'base64').toString();
const set = (api: KubeApi, value: string) => api.mergePatch(mirrorType, home, 'db', { spec: { value } });

test('a step is one pass, says how it ended, and there is none without a ready key', async () => {
  const { api, standIn } = await start();
  assert.equal(await standIn.step(), undefined);
  await api.create(mirrorType, mirror('db', { value: '1' }));
  assert.deepEqual(await standIn.step(), { controller: 'mirrors', key: `${home}/db`, outcome: 'ok' });
  assert.equal(passwordOf(await get(api)), '1');
  await standIn.stop();
});

test('with a held parent cache a pass works on the old spec, although the new one is stored', async () => {
  const { api, clock, standIn } = await start();
  await api.create(mirrorType, mirror('db', { value: 'old' }));
  await settle(standIn, clock);
  const parents = standIn.cache('mirrors', 'golden.keyhook.test');
  parents.hold();
  await set(api, 'new');
  await api.mergePatch(secretType, home, 'db', { data: { password: 'Zm9yZWlnbg==' } });
  await settle(standIn, clock);
  assert.equal(passwordOf(await get(api)), 'old');
  await parents.release();
  await settle(standIn, clock);
  assert.equal(passwordOf(await get(api)), 'new');
  await standIn.stop();
});

test('with a held child cache the hook sees the old child', async () => {
  const seen: unknown[] = [];
  const answer: Answer = (hook, request) => {
    seen.push(Object.values(request.children['Secret.v1'] ?? {}).map(passwordOf));
    return keep(hook, request);
  };
  const { api, clock, standIn } = await start({ answer });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  await settle(standIn, clock);
  standIn.cache('secrets').hold();
  for (const value of ['2', '3']) {
    await set(api, value);
    await settle(standIn, clock);
  }
  seen.length = 0;
  await standIn.cache('secrets').release(1);
  await settle(standIn, clock);
  assert.deepEqual(seen, [['2']]);
  assert.equal(passwordOf(await get(api)), '3');
  await standIn.stop();
});

test('the status is written although the child could not be, and the failure is an Event and comes again', async () => {
  let refuse = true;
  const wrap = (api: KubeApi): KubeApi => ({
    ...api,
    apply: (...args) =>
      refuse ? Promise.reject(new KubeApiError(403, 'Forbidden', 'no')) : api.apply(...args),
  });
  const answer: Answer = (hook, request) => ({ ...keep(hook, request), status: { ready: true } });
  const { api, clock, standIn } = await start({ wrap, answer });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  const result = await standIn.step();
  assert.equal(result?.outcome, 'failed');
  assert.equal(result?.error?.message, `can't reconcile children for Mirror ${home}/db: no`);
  const parent = await api.get(mirrorType, home, 'db');
  assert.deepEqual(parent.status, { ready: true, observedGeneration: 1 });
  await standIn.step();
  const { items } = await api.list(eventType, { namespace: home });
  assert.deepEqual(
    items.map(({ type, reason, message, count, source }) => ({ type, reason, message, count, source })),
    [
      {
        type: 'Warning',
        reason: 'SyncError',
        message: `Sync error: can't reconcile children for Mirror ${home}/db: no`,
        count: 2,
        source: { component: 'metacontroller' },
      },
    ],
  );
  refuse = false;
  await settle(standIn, clock);
  assert.equal(passwordOf(await get(api)), '1');
  await standIn.stop();
});

test('a conflict of a child write, and a lost status write, end the pass without a word', async () => {
  const conflict = () => Promise.reject(new KubeApiError(409, 'Conflict', 'changed'));
  let lost: 'apply' | 'replaceStatus' = 'apply';
  const wrap = (api: KubeApi): KubeApi => ({
    ...api,
    apply: (...args) => (lost === 'apply' ? conflict() : api.apply(...args)),
    replaceStatus: (...args) => (lost === 'replaceStatus' ? conflict() : api.replaceStatus(...args)),
  });
  const { api, clock, standIn } = await start({ wrap });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  assert.equal((await standIn.step())?.outcome, 'ok');
  await settle(standIn, clock);
  await assert.rejects(get(api), { status: 404 });
  lost = 'replaceStatus';
  await set(api, '2');
  const before = standIn.counters().api['replaceStatus mirrors'] ?? 0;
  assert.equal((await standIn.step())?.outcome, 'ok');
  assert.equal((standIn.counters().api['replaceStatus mirrors'] ?? 0) - before, 4);
  assert.equal(passwordOf(await get(api)), '2');
  assert.deepEqual((await api.list(eventType, { namespace: home })).items, []);
  await standIn.stop();
});

test('what has been applied is not applied again, except after a restart, which changes nothing', async () => {
  const { api, clock, standIn, restart } = await start();
  await api.create(mirrorType, mirror('db', { value: '1' }));
  await settle(standIn, clock);
  await api.mergePatch(mirrorType, home, 'db', { metadata: { labels: { a: 'b' } } });
  await settle(standIn, clock);
  assert.equal(standIn.counters().api['apply secrets'], 1);
  await standIn.stop();
  const version = (await get(api)).metadata.resourceVersion;
  const next = await restart();
  await settle(next, clock);
  assert.equal(next.counters().api['apply secrets'], 1);
  assert.equal(next.counters().hooks['mirrors/sync'], 1);
  assert.equal((await get(api)).metadata.resourceVersion, version);
  await next.stop();
});

test('429 comes again after the time it names, without an Event and without counting as a failure', async () => {
  const busy: HookReply = { status: 429, headers: { 'retry-after': '3' }, body: 'secret words' };
  let replies: HookReply[] = [busy];
  const { api, clock, standIn } = await start({
    answer: (hook, request) => replies.shift() ?? keep(hook, request),
  });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  assert.equal((await standIn.step())?.outcome, 'too many requests');
  clock.advance(2999);
  assert.equal(await standIn.step(), undefined);
  clock.advance(1);
  assert.equal((await standIn.step())?.outcome, 'ok');
  assert.deepEqual((await api.list(eventType, { namespace: home })).items, []);
  replies = [];
  await standIn.stop();
});

test('of two resyncAfterSeconds the earlier one holds, whatever later answers say', async () => {
  let seconds = 30;
  const answer: Answer = (hook, request) => ({ ...keep(hook, request), resyncAfterSeconds: seconds });
  const { api, clock, standIn } = await start({ answer });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  while ((await standIn.step()) !== undefined);
  seconds = 500;
  await set(api, '2');
  while ((await standIn.step()) !== undefined);
  clock.advance(29_999);
  assert.equal(await standIn.step(), undefined);
  clock.advance(1);
  assert.equal((await standIn.step())?.outcome, 'ok');
  await standIn.stop();
});

test('a resync passes ignoreStatusChanges; a status change does not', async () => {
  const parentResource = {
    apiVersion: 'golden.keyhook.test/v1',
    resource: 'mirrors',
    ignoreStatusChanges: true,
  };
  const controller = mirrors({ parentResource, resyncPeriodSeconds: 600 });
  const { api, clock, standIn } = await start({ controller });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  await settle(standIn, clock);
  await api.mergePatch(mirrorType, home, 'db', { status: { seen: 1 } }, 'status');
  assert.equal(await standIn.step(), undefined);
  clock.advance(600_000);
  assert.equal((await standIn.step())?.outcome, 'ok');
  await standIn.stop();
});

test('customize is asked once a generation for 20 minutes, and a cold cache is waited for without an Event', async () => {
  const rules = { relatedResources: [{ apiVersion: 'v1', resource: 'configmaps', namespace: elsewhere }] };
  const answer: Answer = (hook, request) => (hook === 'customize' ? rules : keep(hook, request));
  const { api, clock, standIn } = await start({
    controller: mirrors({}, { customize: webhook('customize') }),
    answer,
  });
  await api.create(mirrorType, mirror('db', { value: '1' }));
  assert.equal((await standIn.step())?.outcome, 'related not synced');
  await settle(standIn, clock);
  const asked = () => standIn.counters().hooks['mirrors/customize'];
  const nudge = async (label: string) => {
    await api.mergePatch(mirrorType, home, 'db', { metadata: { labels: { label } } });
    await settle(standIn, clock);
  };
  await nudge('a');
  assert.equal(asked(), 1);
  await set(api, '2');
  await settle(standIn, clock);
  assert.equal(asked(), 2);
  clock.advance(20 * 60_000);
  await nudge('b');
  assert.equal(asked(), 3);
  assert.deepEqual((await api.list(eventType, { namespace: home })).items, []);
  await standIn.stop();
});

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
  const decorator = { ...mirrors(), kind: 'DecoratorController', spec: {} };
  await refused(
    controllerType,
    mirrors({ generateSelector: false }),
    `${message} generateSelector: false (CompositeController mirrors)`,
  );
  await refused(decoratorType, decorator, `${message} DecoratorController mirrors`);
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
