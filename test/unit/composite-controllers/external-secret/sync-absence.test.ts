import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { externalSecret, meta, spec } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

test('not found keeps the Secret under Retain, and deletes it under Delete', async () => {
  const retain = setup(externalSecret());
  await retain.pass();
  await retain.pass();
  retain.world.values.clear();
  retain.world.now += 3_600_000;
  await retain.pass();
  assert.equal(retain.value(), 'one');
  assert.equal(retain.ready()?.status, 'False');

  const gone = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  await gone.pass();
  await gone.pass();
  gone.world.values.clear();
  gone.world.now += 3_600_000;
  await gone.pass();
  assert.equal(gone.world.live.size, 0);
  await gone.pass();
  assert.equal(gone.ready()?.reason, 'SecretDeleted');
  const reads = gone.world.reads.length;
  await gone.pass();
  assert.equal(gone.world.reads.length, reads, 'its absence is what was wanted');
  gone.world.values.set('db', 'back');
  gone.world.now += 3_600_000;
  await gone.pass();
  await gone.pass();
  assert.equal(gone.value(), 'back');
  assert.equal(gone.ready()?.reason, 'SecretSynced');
});

test('a deletion that does not land is told, and the failure schedule holds the reads', async () => {
  const { world, pass, ready } = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  await pass();
  await pass();
  world.values.clear();
  world.now += 3_600_000;
  await pass('fail');
  assert.equal(ready()?.status, 'True');
  world.now += 5_000;
  await pass('fail');
  assert.match(ready()?.message ?? '', /^could not update secret: .*SyncError/);
  const reads = world.reads.length;
  assert.equal((await pass('fail')).kind, 'wait');
  assert.equal(world.reads.length, reads);
});

test('an answer without any key deletes nothing', async () => {
  const { world, pass, ready, value } = setup(
    externalSecret(
      spec({ data: [], dataFrom: [{ extract: { key: 'db' } }], target: { deletionPolicy: 'Delete' } }),
    ),
  );
  await pass();
  await pass();
  world.values.set('db', '');
  world.now += 3_600_000;
  await pass();
  assert.equal(value('app', 'key'), 'one');
  assert.match(ready()?.message ?? '', /retained/);
});

test('an entry that reads nothing deletes nothing, whatever the policy', async () => {
  for (const deletionPolicy of ['Retain', 'Delete']) {
    const { world, pass, ready, value } = setup(externalSecret(spec({ target: { deletionPolicy } })));
    await pass();
    await pass();
    spec({ data: [], dataFrom: [{ sourceRef: { storeRef: { name: 'vault' } } }] })(world.parent);
    meta({ generation: 2 })(world.parent);
    await pass();
    await pass();
    assert.equal(value(), 'one', deletionPolicy);
    assert.match(ready()?.message ?? '', /retained/);
  }
});

test('what the backend says does not exist is an event, unless it is a failure', async () => {
  const { world, pass } = setup(
    externalSecret(
      spec({
        data: ['db', 'other'].map((key) => ({ secretKey: key, remoteRef: { key } })),
        target: { deletionPolicy: 'Delete' },
      }),
    ),
  );
  await pass();
  assert.deepEqual(world.events, ['Normal MissingProviderSecret']);
  const retain = setup(externalSecret());
  retain.world.values.clear();
  await retain.pass();
  assert.deepEqual(retain.world.events, ['Warning UpdateFailed']);
});

test('one absent key among others goes, the others stay', async () => {
  const { world, pass, value } = setup(
    externalSecret(
      spec({
        target: { deletionPolicy: 'Delete' },
        data: [
          { secretKey: 'password', remoteRef: { key: 'db' } },
          { secretKey: 'user', remoteRef: { key: 'user' } },
        ],
      }),
    ),
  );
  world.values.set('user', 'admin');
  await pass();
  await pass();
  world.values.delete('user');
  world.now += 3_600_000;
  await pass();
  // The stand-in of this test does not prune: what counts is what was answered.
  assert.equal(value('app', 'password'), 'one');
});

test('a renamed target exists before the old one goes', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass();
  assert.equal(value('renamed'), 'one');
  assert.equal(value('app'), 'one');
  await pass();
  assert.deepEqual([...world.live.keys()], ['renamed']);
});

test('a renamed target that gets no value leaves the old one in place', async () => {
  const { world, pass, value } = setup(
    externalSecret(spec({ data: [], dataFrom: [{ extract: { key: 'db' } }] })),
  );
  await pass();
  await pass();
  world.values.set('db', '');
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  for (let i = 0; i < 3; i++) await pass();
  assert.equal(value('app', 'key'), 'one');
});

test('keys of an old spec stay until the new Secret is written', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  spec({ data: [{ secretKey: 'token', remoteRef: { key: 'db' } }] })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass('fail');
  assert.equal(value('app', 'password'), 'one');
  assert.deepEqual(world.patches, []);
});

test('an answer to an earlier spec is not stated for a later one', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  world.values.set('db', 'two');
  meta({ annotations: { 'external-secrets.io/force-sync': '1' } })(world.parent);
  await pass('fail');
  world.failWith = new ProviderError('Denied');
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass('fail');
  world.now += 500;
  assert.equal((await pass('fail')).kind, 'wait');
});
