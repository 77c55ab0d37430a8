import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushSecret, setupPush } from '../../../support/one-push-secret.ts';

test('each change of a backend is one line of the log: for whom, in which store, where; never a value', async () => {
  const { world, pass } = setupPush();
  const parent = pushSecret();
  await pass(parent);
  await pass(parent);
  assert.equal(world.audit.length, 1, 'what is in place already is no change');
  const { stores, version, ...pushed } = world.audit[0]!;
  const { uid, name, namespace } = parent.metadata;
  assert.deepEqual(pushed, { audit: 'Pushed', controller: 'pushsecret', namespace, name, uid, target: 'db' });
  assert.match(String(stores), /^SecretStore\/vault \(\w+, uid .+, generation \d+\)$/);
  assert.ok(version);

  parent.metadata.generation = 2;
  parent.spec = {
    ...(parent.spec as object),
    data: [
      { match: { secretKey: 'password', remoteRef: { remoteKey: 'other' } }, conversionStrategy: 'None' },
    ],
  };
  await pass(parent);
  assert.deepEqual(
    world.audit.map(({ audit, target }) => `${audit} ${target}`),
    ['Pushed db', 'Pushed other', 'Deleted db'],
  );
  assert.doesNotMatch(JSON.stringify(world.audit), /"one"/);
});
