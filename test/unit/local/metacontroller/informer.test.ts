import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { createInformer, type InformerHandler } from '../../../../local/metacontroller/informer.ts';
import { type KubeApi, KubeApiError } from '../../../../server/kube-api.ts';
import { home } from '../../../golden/metacontroller/case.ts';
import { secret, startWorld } from './world.ts';

const nameOf = ({ metadata }: KubeObject) => metadata.name;

/** An informer of Secrets with a subscriber that writes down what it hears. */
async function started(api: KubeApi, clock: Awaited<ReturnType<typeof startWorld>>['clock']) {
  const errors: unknown[] = [];
  const informer = createInformer(api, secretType, clock, (error) => errors.push(error));
  const heard: string[] = [];
  const handler: InformerHandler = {
    add: (object) => void heard.push(`add ${nameOf(object)}`),
    update: (old, current) =>
      void heard.push(old === current ? `resync ${nameOf(old)}` : `update ${nameOf(current)}`),
    remove: (object) => void heard.push(`remove ${nameOf(object)}`),
  };
  informer.subscribe(handler);
  informer.start();
  await informer.ready();
  await informer.delivered();
  return { informer, handler, heard, errors };
}

/** Lets the store's watches deliver. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('subscribers hear of additions, changes and deletions in order', async () => {
  const { api, clock } = await startWorld();
  await api.create(secretType, secret('a', '1'));
  const { informer, heard } = await started(api, clock);
  await api.create(secretType, secret('b', '1'));
  await api.mergePatch(secretType, home, 'a', { data: { more: 'MQ==' } });
  await api.remove(secretType, home, 'a');
  await turn();
  await informer.delivered();
  assert.deepEqual(heard, ['add a', 'add b', 'update a', 'remove a']);
  assert.deepEqual(informer.list(home).map(nameOf), ['b']);
  informer.stop();
});

test('a late subscriber, and a resync, get one reference twice', async () => {
  const { api, clock } = await startWorld();
  await api.create(secretType, secret('a', '1'));
  const { informer, handler, heard } = await started(api, clock);
  informer.resync(handler);
  const late: boolean[] = [];
  informer.subscribe({ update: (old, current) => void late.push(old === current) });
  await informer.delivered();
  assert.deepEqual(heard, ['add a', 'resync a']);
  assert.deepEqual(late, [true]);
  informer.stop();
});

test('a held cache stays as it is, and lets in so many changes as it is told', async () => {
  const { api, clock } = await startWorld();
  const { informer, heard } = await started(api, clock);
  informer.hold();
  for (const name of ['a', 'b', 'c']) await api.create(secretType, secret(name, '1'));
  await turn();
  assert.equal(informer.pending(), 3);
  assert.deepEqual(informer.list(), []);
  await informer.release(2);
  assert.deepEqual(heard, ['add a', 'add b']);
  assert.equal(informer.pending(), 1);
  await informer.release();
  await api.create(secretType, secret('d', '1'));
  await turn();
  await informer.delivered();
  assert.deepEqual(heard, ['add a', 'add b', 'add c', 'add d']);
  assert.equal(informer.pending(), undefined);
  informer.stop();
});

test('after 410 it lists again and tells the difference', async () => {
  const { api, clock } = await startWorld();
  await api.create(secretType, secret('stays', '1'));
  await api.create(secretType, secret('changes', '1'));
  await api.create(secretType, secret('goes', '1'));
  let gone = Promise.withResolvers<void>();
  const breaking: KubeApi = {
    ...api,
    watch: () =>
      gone.promise.then(() => {
        gone = Promise.withResolvers();
        throw new KubeApiError(410, 'Expired');
      }),
  };
  const { informer, heard } = await started(breaking, clock);
  await api.mergePatch(secretType, home, 'changes', { data: { more: 'MQ==' } });
  await api.remove(secretType, home, 'goes');
  await api.create(secretType, secret('comes', '1'));
  heard.length = 0;
  gone.resolve();
  await turn();
  clock.advance(10_000);
  await turn();
  await informer.delivered();
  assert.deepEqual(heard.toSorted(), ['add comes', 'remove goes', 'update changes']);
  informer.stop();
});

test('objects are found by their controller, and those without one as orphans', async () => {
  const { api, clock } = await startWorld();
  const { metadata } = await api.create(secretType, secret('boss', '1'));
  const { uid = '' } = metadata;
  const owner = { apiVersion: 'v1', kind: 'Secret', name: 'boss', uid };
  const owned = secret('owned', '1');
  owned.metadata.ownerReferences = [{ ...owner, controller: true }];
  const attached = secret('attached', '1');
  attached.metadata.ownerReferences = [owner];
  for (const object of [owned, attached]) await api.create(secretType, object);
  const { informer } = await started(api, clock);
  assert.deepEqual(informer.ownedBy(uid).map(nameOf), ['owned']);
  assert.deepEqual(informer.orphans(home).map(nameOf).toSorted(), ['attached', 'boss']);
  await api.mergePatch(secretType, home, 'owned', { metadata: { ownerReferences: null } });
  await turn();
  assert.deepEqual(informer.ownedBy(uid), []);
  assert.deepEqual(informer.orphans().map(nameOf).toSorted(), ['attached', 'boss', 'owned']);
  informer.stop();
});

test('a subscriber that throws stops nobody else, and its error is reported', async () => {
  const { api, clock } = await startWorld();
  const { informer, heard, errors } = await started(api, clock);
  informer.subscribe({
    add() {
      throw new Error('no');
    },
  });
  await api.create(secretType, secret('a', '1'));
  await api.create(secretType, secret('b', '1'));
  await turn();
  await informer.delivered();
  assert.deepEqual(heard, ['add a', 'add b']);
  assert.equal(errors.length, 2);
  informer.stop();
});

test('a stream that ends is taken up where it stood, bookmarks included', async () => {
  const { api, clock } = await startWorld();
  const from: string[] = [];
  const streams: (() => void)[] = [];
  const ending: KubeApi = {
    ...api,
    watch: (_, { resourceVersion }, onEvent) => {
      from.push(resourceVersion);
      const bookmark = { apiVersion: 'v1', kind: 'Secret', metadata: { name: '', resourceVersion: '4711' } };
      onEvent({ type: 'BOOKMARK', object: bookmark });
      return new Promise((resolve) => streams.push(resolve));
    },
  };
  const { informer, heard } = await started(ending, clock);
  await turn();
  streams[0]?.();
  await turn();
  assert.equal(from[1], '4711');
  assert.deepEqual([heard, informer.list()], [[], []]);
  informer.stop();
});
