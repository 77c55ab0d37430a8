import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SyncOutcome } from '../../../../composite-controllers/controller.ts';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { spec, startOfTests } from '../../../support/builders.ts';
import { pushSecret, readyOf, setupPush, syncedIn } from '../../../support/one-push-secret.ts';

const down = new ProviderError('Unavailable', { status: 503 });
const isFinal = (outcome: SyncOutcome) => outcome.kind === 'answer' && outcome.response.finalized === true;
const deleted = (parent: KubeObject, at = startOfTests) => {
  parent.metadata.deletionTimestamp = new Date(at).toISOString();
  parent.metadata.generation = (parent.metadata.generation ?? 0) + 1;
};

describe('a PushSecret that is deleted', () => {
  test('takes along what it pushed, under deletionPolicy Delete', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    deleted(parent);
    assert.ok(isFinal(await pass(parent)));
    assert.equal(world.held.size, 0);
  });

  test('leaves it under None, and makes no call', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(spec({ deletionPolicy: 'None' }));
    await pass(parent);
    world.calls = [];
    deleted(parent);
    assert.ok(isFinal(await pass(parent)));
    assert.deepEqual([...world.held.keys()], ['vault: db']);
    assert.deepEqual(world.calls, []);
  });

  test('waits for its backend, says why, and goes at the deadline', async () => {
    const { world, pass } = setupPush({ cleanUpDeadlineMs: 60_000 });
    const parent = pushSecret();
    await pass(parent);
    world.failing = [{ call: /delete/, error: down }];
    deleted(parent);
    const held = await pass(parent);
    assert.ok(held.kind === 'answer' && held.response.finalized === undefined);
    assert.ok((held.response.resyncAfterSeconds ?? 0) >= 1);
    assert.match(
      readyOf(parent)?.message ?? '',
      /^Failed to Delete Secrets from Provider: .*db of SecretStore\/vault.*The PushSecret goes at 2026-03-01T10:01:00Z at the latest$/,
    );
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault db']);

    world.now += 59_000;
    assert.ok(!isFinal(await pass(parent)));
    world.now += 1_000;
    assert.ok(isFinal(await pass(parent)));
    assert.match(
      world.events.at(-1) ?? '',
      /^Warning CleanUpAbandoned: gave up after 60 s: db of SecretStore\/vault may still be in the backend/,
    );
  });

  test('goes as soon as its backend is back', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    world.failing = [{ call: /delete/, error: down }];
    deleted(parent);
    await pass(parent);
    world.failing = [];
    world.now += 5_000;
    assert.ok(isFinal(await pass(parent)));
    assert.equal(world.held.size, 0);
  });

  test('takes along what the status does not show yet', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent, 'is lost');
    deleted(parent);
    assert.ok(isFinal(await pass(parent)));
    assert.equal(world.held.size, 0);
  });

  test('with its namespace uses the store that went first; a store that somebody deleted is used no more', async () => {
    for (const isNamespaceGoing of [true, false]) {
      const { world, pass } = setupPush();
      const parent = pushSecret();
      await pass(parent);
      world.objects = world.objects.filter(({ kind }) => kind !== 'SecretStore' && kind !== 'Secret');
      if (isNamespaceGoing) world.objects[0]!.metadata.deletionTimestamp = '2026-03-01T10:00:00Z';
      deleted(parent);
      assert.equal(isFinal(await pass(parent)), isNamespaceGoing);
      assert.equal(world.held.size, isNamespaceGoing ? 0 : 1);
      if (!isNamespaceGoing) assert.match(readyOf(parent)?.message ?? '', /the store does not exist/);
    }
  });

  test('and has never pushed goes at once', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    deleted(parent);
    assert.ok(isFinal(await pass(parent)));
    assert.deepEqual(world.calls, []);
  });
});

test('a PushSecret that others look after from now on keeps all that it pushed', async () => {
  const { world, pass } = setupPush();
  const parent = pushSecret();
  await pass(parent);
  world.calls = [];
  // Its labels match the selector no more: finalize is called, and nothing is being deleted.
  assert.ok(isFinal(await pass(parent, 'lands', 'finalize')));
  assert.deepEqual(world.calls, []);
  assert.deepEqual([...world.held.keys()], ['vault: db']);
});
