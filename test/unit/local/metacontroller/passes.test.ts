import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventType, secretType } from '../../../../local/metacontroller/discovery.ts';
import type { HookReply } from '../../../../local/metacontroller/hook-client.ts';
import { type KubeApi, KubeApiError } from '../../../../server/kube-api.ts';
import { elsewhere, home } from '../../../golden/metacontroller/case.ts';
import { type Answer, get, keep, passwordOf, set, start } from './driven.ts';
import { mirror, mirrors, mirrorType, settle, webhook } from './world.ts';

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

test('a resync and a label pass ignoreStatusChanges; a status change does not', async () => {
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
  await api.mergePatch(mirrorType, home, 'db', { metadata: { labels: { a: 'b' } } });
  assert.equal((await standIn.step())?.outcome, 'ok');
  await settle(standIn, clock);
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
