import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { meta, spec, store } from '../../../support/builders.ts';
import { pushSecret, readyOf, setupPush, sourceSecret, syncedIn } from '../../../support/one-push-secret.ts';

const clusterStore = (conditions?: object[]): KubeObject => ({
  ...store(meta({ name: 'shared', namespace: undefined, uid: 'shared-uid' })),
  kind: 'ClusterSecretStore',
  spec: { provider: { fake: { data: [] } }, ...(conditions === undefined ? {} : { conditions }) },
});
const toShared = spec({ secretStoreRefs: [{ name: 'shared', kind: 'ClusterSecretStore' }] });
const byLabel = spec({
  secretStoreRefs: [{ labelSelector: { matchLabels: { push: 'yes' } }, kind: 'SecretStore' }],
});
const labelled = (name: string, namespace = 'team-a') =>
  store(meta({ name, namespace, uid: `${namespace}-${name}`, labels: { push: 'yes' } }));

describe('stores by label', () => {
  test('are all of the own namespace that match, and one that stops matching loses what was pushed', async () => {
    const { world, pass } = setupPush();
    world.objects.push(labelled('a'), labelled('b'), labelled('c', 'team-b'));
    const parent = pushSecret(byLabel);
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['a: db', 'b: db']);
    const a = world.objects.find(({ metadata }) => metadata.name === 'a');
    a!.metadata.labels = {};
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['b: db']);
    assert.deepEqual(syncedIn(parent), ['SecretStore/b db']);
  });

  test('that comes later gets all at once', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(byLabel);
    await pass(parent);
    assert.equal(readyOf(parent)?.status, 'True', 'no store is a success, as with ESO');
    world.objects.push(labelled('a'));
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['a: db']);
  });
});

describe('a ClusterSecretStore', () => {
  test('is pushed into where its conditions admit the namespace', async () => {
    for (const [conditions, reason] of [
      [undefined, 'Synced'],
      [[{ namespaces: ['team-a'] }], 'Synced'],
      [[{ namespaces: ['team-b'] }], 'Errored'],
      [[{ namespaceSelector: { matchLabels: { team: 'b' } } }], 'Errored'],
    ] as const) {
      const { world, pass } = setupPush();
      world.objects.push(clusterStore(conditions as object[] | undefined));
      const parent = pushSecret(toShared);
      await pass(parent);
      assert.equal(readyOf(parent)?.reason, reason, JSON.stringify(conditions));
      if (reason === 'Errored') {
        assert.deepEqual(world.calls, []);
        assert.match(
          readyOf(parent)?.message ?? '',
          /^set secret failed: could not get secrets client for store: shared: using cluster store "shared" is not allowed from namespace "team-a"/,
        );
      }
    }
  });

  test('that gives certain keys only is not asked for others, and nothing of others is deleted', async () => {
    const { world, pass } = setupPush();
    const conditions = [{ namespaces: ['team-a'], remoteKeys: { prefixes: ['$(namespace)/'] } }];
    world.objects.push(clusterStore(conditions));
    const parent = pushSecret(toShared);
    await pass(parent);
    assert.deepEqual(world.calls, []);
    assert.match(
      readyOf(parent)?.message ?? '',
      /^set secret failed: ClusterSecretStore\/shared does not give key db to namespace "team-a"/,
    );
  });

  test('that closes is not deleted from any more', async () => {
    const { world, pass } = setupPush();
    const shared = clusterStore();
    world.objects.push(shared);
    const parent = pushSecret(toShared);
    await pass(parent);
    (shared.spec as Record<string, unknown>).conditions = [{ namespaces: ['team-b'] }];
    world.calls = [];
    parent.metadata.deletionTimestamp = '2026-03-01T10:00:00Z';
    await pass(parent);
    assert.deepEqual(world.calls, []);
    assert.match(readyOf(parent)?.message ?? '', /the store does not give it to namespace "team-a"/);
  });

  test('is left alone with --cluster-stores off', async () => {
    const { world, pass } = setupPush({ clusterStores: 'off' });
    world.objects.push(clusterStore());
    const parent = pushSecret(toShared);
    await pass(parent);
    assert.deepEqual([world.calls, readyOf(parent)], [[], undefined]);
  });
});

test('stores of another class are somebody else’s, and stores that are not Ready are used all the same', async () => {
  const { world, pass } = setupPush();
  world.objects[2] = store(spec({ controller: 'other' }));
  const parent = pushSecret();
  await pass(parent);
  assert.deepEqual([world.calls, readyOf(parent)], [[], undefined]);
  world.objects[2] = { ...store(), status: {} };
  await pass(parent);
  assert.equal(readyOf(parent)?.status, 'True');
});

describe('two PushSecrets on one remote key', () => {
  const second = (fields: object = {}): KubeObject => {
    const object = pushSecret(
      spec({ selector: { secret: { name: 'other' } }, ...fields }),
      meta({ name: 'second', uid: 'second-uid', creationTimestamp: '2026-03-01T09:30:00Z' }),
    );
    return object;
  };
  const other = (value: string) =>
    sourceSecret({ password: value }, meta({ name: 'other', uid: 'other-uid' }));

  test('with different values: the older one has it, the other says why, and does not flap', async () => {
    const { world, pass } = setupPush();
    world.objects.push(other('two'));
    const [first, younger] = [pushSecret(), second()];
    await pass(first);
    await pass(younger);
    assert.equal(world.held.get('vault: db'), 'one');
    assert.match(
      readyOf(younger)?.message ?? '',
      /^set secret failed: PushSecret "app", which is older, pushes another value to remote ref db of SecretStore\/vault\. To do: give one/,
    );
    assert.deepEqual(syncedIn(younger), []);
  });

  test('when the older one goes, the key stays, and the other takes it over', async () => {
    const { world, pass } = setupPush();
    world.objects.push(other('two'));
    const [first, younger] = [pushSecret(), second()];
    await pass(first);
    await pass(younger);
    first.metadata.deletionTimestamp = '2026-03-01T10:00:00Z';
    await pass(first);
    assert.equal(world.held.get('vault: db'), 'one', 'no moment without a value');
    world.now += 31_000;
    await pass(younger);
    assert.equal(world.held.get('vault: db'), 'two');
    assert.equal(readyOf(younger)?.status, 'True');
  });

  test('with the same value agree, also after a restart', async () => {
    const { world, pass, restart } = setupPush();
    world.objects.push(other('one'));
    const [first, younger] = [pushSecret(), second()];
    await pass(first);
    await pass(younger);
    assert.equal(readyOf(younger)?.status, 'True');
    younger.metadata.deletionTimestamp = '2026-03-01T10:00:00Z';
    await pass(younger);
    assert.equal(world.held.get('vault: db'), 'one', 'the other one still wants it');
    restart();
    await pass(first);
    assert.equal(world.held.get('vault: db'), 'one');
  });

  test('on different properties of it are no rivals', async () => {
    const { world, pass } = setupPush();
    world.objects.push(other('two'));
    const data = (property: string) => [
      {
        match: { secretKey: 'password', remoteRef: { remoteKey: 'db', property } },
        conversionStrategy: 'None',
      },
    ];
    const [first, younger] = [pushSecret(spec({ data: data('a') })), second({ data: data('b') })];
    await pass(first);
    await pass(younger);
    assert.deepEqual(Object.fromEntries(world.held), { 'vault: db/a': 'one', 'vault: db/b': 'two' });
  });
});
