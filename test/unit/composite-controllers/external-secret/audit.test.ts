import assert from 'node:assert/strict';
import { test } from 'node:test';
import { externalSecret, spec } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

test('each change of a target is one line of the log: what, for whom, from which store, which version', async () => {
  const { world, pass } = setup(
    externalSecret(spec({ refreshInterval: '1h', target: { deletionPolicy: 'Delete' } })),
  );
  const settle = async () => {
    world.now += 3_600_000;
    for (let i = 0; i < 4; i++) await pass();
  };
  await settle();
  assert.equal(world.audit.length, 1);
  const { stores, version, ...created } = world.audit[0]!;
  const { uid, name, namespace } = world.parent.metadata;
  const expected = {
    audit: 'Created',
    controller: 'externalsecret',
    namespace,
    name,
    uid,
    target: 'Secret/app',
  };
  assert.deepEqual(created, expected);
  assert.match(String(stores), /^SecretStore\/vault \(fake, uid .+, generation \d+\)$/);
  assert.ok(Object.values(world.live.get('app')?.metadata.annotations ?? {}).includes(String(version)));

  await settle();
  assert.equal(world.audit.length, 1, 'a refresh that changes nothing is no change');

  world.values.set('db', 'two');
  await settle();
  world.values.clear();
  await settle();
  assert.deepEqual(
    world.audit.map(({ audit }) => audit),
    ['Created', 'Updated', 'Deleted'],
  );
  assert.doesNotMatch(JSON.stringify(world.audit), /"(one|two)"/);
});
