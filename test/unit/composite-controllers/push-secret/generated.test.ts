import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { meta, spec, store } from '../../../support/builders.ts';
import { pushSecret, readyOf, setupPush } from '../../../support/one-push-secret.ts';

const generator = spec({ selector: { generatorRef: { apiVersion: 'g/v1', kind: 'Password', name: 'p' } } });
const secretsOf = ({ objects }: ReturnType<typeof setupPush>['world']) =>
  objects.filter(({ metadata }) => metadata.ownerReferences !== undefined);

test('a generated value is written into a Secret first, pushed out of it, and goes when that is recorded', async () => {
  const { world, pass } = setupPush();
  const parent = pushSecret(generator);
  await pass(parent);
  assert.equal(secretsOf(world).length, 1);
  assert.deepEqual([world.calls, parent.status], [[], {}], 'nothing is pushed before the Secret is seen');
  await pass(parent);
  assert.equal(world.held.get('vault: db'), 'generated 1');
  assert.equal(readyOf(parent)?.reason, 'Synced');
  assert.equal(secretsOf(world).length, 1);
  await pass(parent);
  assert.equal(secretsOf(world).length, 0);
  world.now += 3_600_001;
  await pass(parent);
  await pass(parent);
  assert.equal(world.held.get('vault: db'), 'generated 2');
});

test('a value stays the same through failures and restarts, so that no two stores ever differ', async () => {
  const { world, pass, restart } = setupPush();
  world.objects.push(store(meta({ name: 'second', uid: 'second-uid' })));
  world.failing = [{ call: /push second/, error: new ProviderError('Unavailable') }];
  const refs = ['vault', 'second'].map((name) => ({ name, kind: 'SecretStore' }));
  const parent = pushSecret(generator, spec({ secretStoreRefs: refs }));
  await pass(parent);
  await pass(parent);
  assert.deepEqual(Object.fromEntries(world.held), { 'vault: db': 'generated 1' });
  restart();
  world.failing = [];
  world.now += 31_000;
  await pass(parent);
  assert.deepEqual(Object.fromEntries(world.held), {
    'vault: db': 'generated 1',
    'second: db': 'generated 1',
  });
  assert.equal(world.generated, 1);
});

test('a value whose status is lost is not made again', async () => {
  const { world, pass, restart } = setupPush();
  const parent = pushSecret(generator);
  await pass(parent);
  await pass(parent, 'is lost');
  assert.equal(secretsOf(world).length, 1);
  restart();
  await pass(parent);
  await pass(parent);
  assert.equal(world.generated, 1);
  assert.equal(world.held.get('vault: db'), 'generated 1');
  assert.equal(secretsOf(world).length, 0);
});
