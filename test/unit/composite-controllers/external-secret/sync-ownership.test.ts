import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { externalSecret, spec } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

const foreign = (mod: (secret: SecretObject) => void): SecretObject => {
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'app', namespace: 'team-a', uid: 'x', resourceVersion: '5' },
    data: { other: 'eA==' },
  };
  mod(secret);
  return secret;
};
const owner = (kind: string, name: string, apiVersion: string) => ({
  apiVersion,
  kind,
  name,
  uid: 'other',
  controller: true,
});

test('a Secret of another ExternalSecret is not taken', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign(
      (s) => (s.metadata.ownerReferences = [owner('ExternalSecret', 'else', 'external-secrets.io/v1')]),
    ),
  );
  const outcome = await pass();
  assert.equal(outcome.kind === 'answer' && outcome.response.children.length, 0);
  assert.match(ready()?.message ?? '', /^target is owned by another ExternalSecret/);
  assert.deepEqual(world.live.get('app')?.data, { other: 'eA==' });
});

test('a Secret that has become free is taken soon: nobody tells when it does', async () => {
  for (const kind of ['ExternalSecret', 'SealedSecret']) {
    const { world, pass, value } = setup(externalSecret());
    const group = kind === 'ExternalSecret' ? 'external-secrets.io/v1' : 'bitnami.com/v1';
    world.live.set(
      'app',
      foreign((s) => (s.metadata.ownerReferences = [owner(kind, 'else', group)])),
    );
    const refused = await pass();
    const seconds = refused.kind === 'answer' ? refused.response.resyncAfterSeconds : undefined;
    assert.ok(seconds !== undefined && seconds <= 5, `${kind}: ${seconds} s`);
    world.live.delete('app');
    world.now += seconds * 1_000;
    await pass();
    assert.equal(value(), 'one', kind);
  }
});

test('a Secret of another ExternalSecret is not deleted by deletionPolicy', async () => {
  const { world, pass, ready } = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  world.live.set(
    'app',
    foreign(
      (s) => (s.metadata.ownerReferences = [owner('ExternalSecret', 'else', 'external-secrets.io/v1')]),
    ),
  );
  world.values.clear();
  for (let i = 0; i < 3; i++) await pass();
  assert.deepEqual(world.live.get('app')?.data, { other: 'eA==' });
  assert.equal(ready()?.reason, 'SecretDeleted');
});

test('a Secret of another controller is not taken', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.metadata.ownerReferences = [owner('SealedSecret', 'app', 'bitnami.com/v1')])),
  );
  await pass();
  assert.match(ready()?.message ?? '', /^failed to take ownership of target secret: .*SealedSecret app/);
});

test('a Secret of nobody is adopted and its foreign keys are removed, or left alone with --adopt=never', async () => {
  const adopting = setup(externalSecret());
  adopting.world.live.set(
    'app',
    foreign(() => {}),
  );
  for (let i = 0; i < 4; i++) await adopting.pass();
  assert.deepEqual(Object.keys(adopting.world.live.get('app')?.data ?? {}), ['password']);
  assert.equal(adopting.ready()?.reason, 'SecretSynced');

  const careful = setup(externalSecret(), { adopt: 'never' });
  careful.world.live.set(
    'app',
    foreign(() => {}),
  );
  await careful.pass();
  assert.match(careful.ready()?.message ?? '', /nobody owns it/);
  assert.deepEqual(careful.world.live.get('app')?.data, { other: 'eA==' });
});

test('the Secret of an earlier ExternalSecret of the same name is taken over by a guarded patch', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.metadata.ownerReferences = [owner('ExternalSecret', 'app', 'external-secrets.io/v1')])),
  );
  await pass();
  assert.equal(world.patches[0]?.patch[0]?.op, 'test');
  assert.equal(value(), 'one');
  for (let i = 0; i < 3; i++) await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
});

test('an immutable Secret that holds something else is refused before it is owned', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.immutable = true)),
  );
  await pass();
  assert.match(ready()?.message ?? '', /^could not update secret, target is immutable/);
  assert.equal(world.live.get('app')?.metadata.ownerReferences, undefined);
});

test('drift is repaired at once, and a fight over it every 30 s', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  const tamper = () => {
    const secret = world.live.get('app')!;
    secret.data = { password: 'dHdv' };
    secret.metadata.resourceVersion = String(world.version++);
  };
  await pass();
  await pass();
  tamper();
  await pass();
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready()?.status, 'True');
  tamper();
  world.now += 1_000;
  const outcome = await pass();
  assert.equal(value(), 'two');
  assert.ok(outcome.kind === 'answer' && (outcome.response.resyncAfterSeconds ?? 0) <= 30);
  world.now += 30_000;
  await pass();
  assert.equal(value(), 'one');
  assert.equal(world.events.filter((event) => event === 'Warning Repaired').length, 2);
});
