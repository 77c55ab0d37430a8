import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newState, stateFinalizer } from '../../../composite-controllers/generator-state/object.ts';
import { createGeneratorStateController } from '../../../composite-controllers/generator-state/sync.ts';
import type { JsonPatchOperation } from '../../../composite-controllers/lib/json-patch.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { ProviderError } from '../../../providers/kit/errors.ts';
import { generator } from '../../../providers/kit/generator.ts';
import { K } from '../../../providers/kit/schema.ts';
import { startOfTests, uid } from '../../support/builders.ts';

const minute = 60_000;
const made = '2026-03-01T10:00:00Z';
const owner = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  uid,
  namespace: 'team-a',
  name: 'app',
};
const spec = { url: 'https://g' };
const grafana = generator({
  kind: 'Grafana',
  description: 'Is asked to take back.',
  spec: K.object('Whatever.', { url: K.string('An address.') }),
  generate: async () => ({ values: new Map() }),
});

/** One state, what its owner says, and what is done to it. */
function setup(status: object | undefined = undefined) {
  const handle = { kind: 'Grafana', name: 'g', isCluster: true, spec };
  const state = newState(owner, '0', handle, '{"tokenID":12345678901234567890}');
  state.metadata = { ...state.metadata, uid: 's', resourceVersion: '7', creationTimestamp: made };
  const world = {
    now: startOfTests,
    state,
    status,
    revoked: [] as string[],
    failWith: undefined as ProviderError | undefined,
    patches: [] as (readonly JsonPatchOperation[])[],
    removed: 0,
    events: [] as string[],
  };
  const controller = createGeneratorStateController({
    now: () => world.now,
    built: new Map([['Grafana', grafana]]),
    generators: {
      generate: () => assert.fail('nothing is made here'),
      async revoke({ kind, spec: of }, text, namespace) {
        if (world.failWith !== undefined) throw world.failWith;
        world.revoked.push(JSON.stringify([kind, of, text, namespace]));
      },
    },
    states: {
      create: () => assert.fail('nothing is noted here'),
      async patch(_, patch) {
        world.patches.push(patch);
        return 'patched';
      },
      async remove() {
        world.removed++;
      },
    },
    events: { record: (_, __, reason) => void world.events.push(reason) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const pass = async () => {
    const key = 'team-a/app';
    const es = {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      metadata: { name: 'app', uid },
      status: world.status,
    };
    const related =
      world.status === undefined
        ? {}
        : { 'ExternalSecret.external-secrets.io/v1': { [key]: es as KubeObject } };
    const request = {
      controller: {} as KubeObject,
      parent: world.state,
      children: {},
      related,
      finalizing: false,
    };
    return controller.sync(request, { signal: new AbortController().signal });
  };
  return { world, pass, controller };
}
const answered = (outcome: Awaited<ReturnType<ReturnType<typeof setup>['pass']>>) =>
  outcome.kind === 'answer' ? outcome.response : assert.fail('no answer');
const readyOf = (outcome: Parameters<typeof answered>[0]) =>
  (answered(outcome).status as { conditions: { status: string; message: string }[] }).conditions[0];
const refreshed = (time: string, generatorStates?: string[]) => ({
  refreshId: 'x',
  refreshTime: time,
  ...(generatorStates === undefined ? {} : { generatorStates }),
});

test('a state has the names of ESO, and is not owned as a controller owns', () => {
  const { world } = setup();
  const { metadata, spec: of } = world.state;
  assert.match(metadata.name, /^gen-externalsecret-app-[0-9a-f]{10}$/);
  assert.deepEqual(metadata.finalizers, [stateFinalizer]);
  assert.match(metadata.labels?.['generators.external-secrets.io/owner-key'] ?? '', /^[0-9a-f]{56}$/);
  assert.deepEqual(metadata.ownerReferences, [
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'app', uid },
  ]);
  const { resource } = of as { resource: KubeObject };
  assert.deepEqual([resource.kind, resource.spec], ['Grafana', spec]);
  const long = newState(
    { ...owner, name: `${'x'.repeat(220)}.y` },
    '0',
    { kind: 'F', name: 'g', isCluster: false, spec },
    '{}',
  );
  assert.ok(long.metadata.name.length <= 253);
});

test('what the target holds is left alone', async () => {
  const { world, pass } = setup();
  world.status = refreshed('2026-03-01T10:00:00Z', [world.state.metadata.name]);
  assert.equal(readyOf(await pass())?.status, 'True');
  assert.deepEqual([world.patches, world.removed], [[], 0]);
});

test('what is on its way to the target is left alone: the refresh that is recorded is one of before it', async () => {
  const { world, pass } = setup(refreshed('2026-03-01T09:00:00Z', ['gen-externalsecret-app-old']));
  await pass();
  assert.deepEqual([world.patches, world.removed], [[], 0]);
});

test('what a later refresh has replaced lives for two minutes more, and is deleted then', async () => {
  const { world, pass } = setup(refreshed('2026-03-01T11:00:00Z', ['gen-externalsecret-app-new']));
  world.now += 60 * minute;
  assert.equal((await pass()).kind, 'wait');
  const set = world.patches[0]?.find(({ path }) => path === '/spec/garbageCollectionDeadline');
  assert.equal(set?.value, '2026-03-01T11:02:00Z');
  assert.equal(world.patches[0]?.[0]?.op, 'test');

  world.state.metadata.annotations = { 'keyhook.dev/superseded': 'true' };
  world.state.spec = { ...(world.state.spec as object), garbageCollectionDeadline: set?.value };
  assert.equal(answered(await pass()).resyncAfterSeconds, 120);
  assert.equal(world.removed, 0);
  world.now += 2 * minute;
  await pass();
  assert.equal(world.removed, 1);
});

test('an owner that has dropped the generator has replaced what it made', async () => {
  const { world, pass } = setup(refreshed('2026-03-01T11:00:00Z'));
  await pass();
  assert.equal(world.patches.length, 1);
});

test('a deadline of ours goes when the state is in use after all; one of a user stays', async () => {
  const { world, pass } = setup();
  world.status = refreshed('2026-03-01T11:00:00Z', [world.state.metadata.name]);
  world.state.spec = { ...(world.state.spec as object), garbageCollectionDeadline: '2026-03-01T09:59:00Z' };
  world.state.metadata.annotations = { 'keyhook.dev/superseded': 'true' };
  await pass();
  assert.deepEqual(
    world.patches[0]?.map(({ op }) => op),
    ['test', 'remove', 'remove'],
  );
  assert.equal(world.removed, 0);
  world.state.metadata.annotations = {};
  await pass();
  assert.equal(world.removed, 1, "the user's own deadline has passed");
});

test('of an owner that Keyhook has not refreshed, or that is another one, nothing is known', async () => {
  for (const status of [undefined, { refreshTime: '2026-03-01T11:00:00Z' }]) {
    const { world, pass } = setup(status);
    await pass();
    assert.deepEqual([world.patches, world.removed], [[], 0]);
  }
  const { world, pass } = setup(refreshed('2026-03-01T11:00:00Z'));
  world.state.metadata.ownerReferences = [{ ...world.state.metadata.ownerReferences![0]!, uid: 'another' }];
  await pass();
  assert.equal(world.patches.length, 0);
});

test('a deleted state is taken back with what it holds itself, and may go then', async () => {
  const { world, pass } = setup();
  world.state.metadata.deletionTimestamp = made;
  await pass();
  assert.deepEqual(world.revoked, [
    JSON.stringify(['Grafana', spec, '{"tokenID":12345678901234567890}', 'team-a']),
  ]);
  assert.deepEqual(world.patches[0]?.[1], { op: 'remove', path: '/metadata/finalizers/0' });
  world.state.metadata.finalizers = [];
  await pass();
  assert.equal(world.revoked.length, 1);
});

test('what cannot be taken back is tried again, says why, and wedges no namespace for ever', async () => {
  const { world, pass } = setup();
  world.state.metadata.deletionTimestamp = made;
  world.failWith = new ProviderError('Unavailable', { status: 503 });
  const first = await pass();
  assert.equal(answered(first).resyncAfterSeconds, 5);
  assert.match(readyOf(first)?.message ?? '', /could not take it back: .*HTTP 503/);
  world.now += 20 * minute;
  assert.equal(answered(await pass()).resyncAfterSeconds, 300);
  assert.deepEqual(world.patches, []);
  world.now += 41 * minute;
  await pass();
  assert.deepEqual(world.patches[0]?.[1], { op: 'remove', path: '/metadata/finalizers/0' });
  assert.ok(world.events.includes('RevocationGivenUp'));
});

test('a state of a generator that is not there, or not valid, says so', async () => {
  const { world, pass } = setup();
  world.state.metadata.deletionTimestamp = made;
  const of = world.state.spec as { resource: KubeObject };
  of.resource.kind = 'Other';
  assert.match(readyOf(await pass())?.message ?? '', /no such generator/);
  of.resource.kind = 'Grafana';
  of.resource.spec = {};
  assert.match(readyOf(await pass())?.message ?? '', /spec\.resource\.spec\.url: is required/);
});

test('it asks for its owner alone', () => {
  const { world, controller } = setup();
  const ask = () =>
    controller.customize!({ controller: {} as KubeObject, parent: world.state }).relatedResources;
  assert.deepEqual(ask(), [
    {
      apiVersion: 'external-secrets.io/v1',
      resource: 'externalsecrets',
      namespace: 'team-a',
      names: ['app'],
    },
  ]);
  world.state.metadata.ownerReferences = [];
  assert.deepEqual(ask(), []);
});
