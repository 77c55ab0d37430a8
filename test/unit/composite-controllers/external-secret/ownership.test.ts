import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { objectHash } from '../../../../composite-controllers/lib/hash.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { ownerOf } from '../../properties/objects.ts';
import { encoded, entry, onBench } from './bench.ts';

const password = [entry('password', 'db')];
const policies = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge'] as const;

describe('what ESO has written changes hands whole: keys and labels that the specification lacks go', () => {
  for (const creationPolicy of policies)
    test(creationPolicy, () =>
      onBench(async ({ createByEso, sync, edit, texts, secret, ready }) => {
        await createByEso(
          { password: 'of-eso', former: 'of-eso' },
          {
            labels: {
              'reconcile.external-secrets.io/managed': 'true',
              'reconcile.external-secrets.io/created-by': objectHash('team-a/mine'),
              team: 'a',
              former: 'of-eso',
            },
            annotations: { 'reconcile.external-secrets.io/data-hash': 'of-eso' },
          },
        );
        await sync({ creationPolicy }, password, { team: 'a' });
        assert.equal(ready()?.status, 'True', ready()?.message);
        assert.deepEqual(texts(), { password: 'db@1' });
        assert.equal(secret()!.metadata.labels?.former, undefined);
        assert.equal(secret()!.metadata.labels?.team, 'a');
        assert.equal(ownerOf(secret()!) !== undefined, creationPolicy === 'Owner');
        await edit({ metadata: { labels: { team: null } } });
        assert.equal(secret()!.metadata.labels?.team, undefined);
      }),
    );
});

test('Metacontroller under a new name takes over what it wrote under the old one: dropped keys and labels go', () =>
  onBench(async ({ cluster, sync, edit, texts, secret, ready }) => {
    await sync({ creationPolicy: 'Owner' }, [...password, entry('token', 'api')], { team: 'a' });
    const former = secret()!.metadata.managedFields!.map((by) =>
      by.manager === 'metacontroller' ? { ...by, manager: 'before', time: '2026-01-01T00:00:00Z' } : by,
    );
    await cluster
      .as('user')
      .jsonPatch(secretType, 'team-a', 'mine', [
        { op: 'replace', path: '/metadata/managedFields', value: former },
      ]);
    // The next write makes an entry under the new name beside the old one.
    await edit({ metadata: { labels: { other: 'b' } } });
    await edit({ spec: { data: password }, metadata: { labels: { team: null } } });
    assert.equal(ready()?.status, 'True', ready()?.message);
    assert.deepEqual(texts(), { password: 'db@1' });
    assert.equal(secret()!.metadata.labels?.team, undefined);
    assert.ok(secret()!.metadata.managedFields!.every(({ manager }) => manager !== 'before'));
  }));

test('a Secret of nobody is adopted by Owner, and what was never ours stays but for the data', () =>
  onBench(async ({ create, sync, texts, secret }) => {
    await create({ theirs: 'x' }, { labels: { by: 'hand' } });
    await sync({ creationPolicy: 'Owner' }, password);
    assert.deepEqual(texts(), { password: 'db@1' });
    assert.equal(secret()!.metadata.labels?.by, 'hand');
  }));

test('what a writer of yesterday, or a backup, makes a child again is let go once more, and holds the newest value', () =>
  onBench(async ({ sync, tamper, settle, secret, texts, uid, ready }) => {
    await sync({ creationPolicy: 'Orphan' }, password);
    const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'mine', uid: uid() };
    await tamper({
      metadata: {
        labels: { 'controller-uid': uid() },
        ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      },
      data: encoded({ password: 'of-yesterday' }),
    });
    await settle();
    assert.equal(ownerOf(secret()!), undefined);
    assert.equal(secret()!.metadata.labels?.['controller-uid'], undefined);
    assert.deepEqual(texts(), { password: 'db@1' });
    assert.equal(ready()?.status, 'True');
  }));

describe('a rename', () => {
  test('takes a child along once its successor is there, also when it changes the policy', () =>
    onBench(async ({ sync, edit, secret, texts }) => {
      await sync({ creationPolicy: 'Owner' }, password);
      await edit({ spec: { target: { name: 'renamed', creationPolicy: 'Orphan' } } });
      assert.equal(secret(), undefined);
      assert.deepEqual(texts('renamed'), { password: 'db@1' });
    }));

  test('leaves a child in place while there is no successor', () =>
    onBench(async ({ sync, edit, secret, ready }) => {
      await sync({ creationPolicy: 'Owner' }, password);
      await edit({ spec: { target: { name: 'renamed', creationPolicy: 'Merge' } } });
      assert.equal(ready()?.reason, 'SecretMissing');
      assert.ok(secret() !== undefined);
    }));

  for (const creationPolicy of ['Orphan', 'CreateOrMerge'])
    test(`leaves what ${creationPolicy} has written, which may be in use`, () =>
      onBench(async ({ sync, edit, texts }) => {
        await sync({ creationPolicy }, password);
        await edit({ spec: { target: { name: 'renamed' } } });
        assert.deepEqual(texts(), { password: 'db@1' });
        assert.deepEqual(texts('renamed'), { password: 'db@1' });
      }));
});

describe('an immutable target', () => {
  for (const creationPolicy of ['Owner', 'Orphan', 'CreateOrMerge']) {
    test(`${creationPolicy}: is made so, keeps its content, and is created anew when it is deleted`, () =>
      onBench(async ({ sync, backend, force, texts, secret, ready, removeTarget }) => {
        await sync({ creationPolicy, immutable: true }, password);
        assert.equal(secret()!.immutable, true);
        assert.deepEqual(texts(), { password: 'db@1' });
        const { uid } = secret()!.metadata;
        backend.write('db');
        await force();
        assert.deepEqual([ready()?.status, ready()?.message], ['True', 'secret synced']);
        assert.deepEqual(texts(), { password: 'db@1' });
        assert.equal(secret()!.metadata.uid, uid);
        await removeTarget();
        await force();
        assert.deepEqual(texts(), { password: 'db@2' });
        assert.equal(secret()!.immutable, true);
      }));

    test(`${creationPolicy}: one that exists is frozen as it is`, () =>
      onBench(async ({ create, sync, texts, secret, ready }) => {
        await create({ password: 'old', theirs: 'x' });
        await sync({ creationPolicy, immutable: true }, password);
        assert.deepEqual(texts(), { password: 'old', theirs: 'x' });
        assert.equal(secret()!.immutable, true);
        assert.equal(ready()?.status, 'True', ready()?.message);
        assert.equal(ownerOf(secret()!) !== undefined, creationPolicy === 'Owner');
      }));

    test(`${creationPolicy}: stays so when the specification no longer says it, and what changes is refused`, () =>
      onBench(async ({ sync, edit, backend, force, texts, secret, ready }) => {
        await sync({ creationPolicy, immutable: true }, password);
        await edit({ spec: { target: { immutable: null } } });
        assert.equal(ready()?.status, 'True', ready()?.message);
        assert.equal(secret()!.immutable, true);
        backend.write('db');
        await force();
        assert.match(ready()?.message ?? '', /^could not update secret, target is immutable/);
        assert.deepEqual(texts(), { password: 'db@1' });
      }));
  }

  test('changes hands as any other', () =>
    onBench(async ({ sync, edit, secret, ready, texts }) => {
      await sync({ creationPolicy: 'Owner', immutable: true }, password);
      for (const creationPolicy of ['Orphan', 'Owner', 'Merge', 'Owner', 'CreateOrMerge']) {
        await edit({ spec: { target: { creationPolicy } } });
        assert.equal(ready()?.status, 'True', `${creationPolicy}: ${ready()?.message}`);
        assert.equal(ownerOf(secret()!) !== undefined, creationPolicy === 'Owner');
        assert.deepEqual(texts(), { password: 'db@1' });
      }
    }));

  test('that somebody else has made immutable is merged into no more', () =>
    onBench(async ({ create, sync, ready, secret }) => {
      await create({ theirs: 'x' }, {}, { immutable: true });
      const before = secret();
      await sync({ creationPolicy: 'Merge' }, password);
      assert.match(ready()?.message ?? '', /^could not update secret, target is immutable/);
      assert.deepEqual(secret(), before);
      assert.deepEqual(secret()!.data, encoded({ theirs: 'x' }));
    }));
});
