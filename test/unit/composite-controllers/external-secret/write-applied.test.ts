import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataHash } from '../../../../composite-controllers/lib/hash.ts';
import { secretData } from '../../../../composite-controllers/lib/secret-data.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { ownerOf } from '../../properties/objects.ts';
import { type Bench, encoded, entry, manager, onBench } from './bench.ts';

const hashAnnotation = 'reconcile.external-secrets.io/data-hash';
const password = [entry('password', 'db')];
const applied = ['Orphan', 'Merge', 'CreateOrMerge'] as const;

describe('Merge', () => {
  test('creates nothing, says so, and finds the target at the next refresh', () =>
    onBench(async ({ sync, ready, status, secret, create, force, texts }) => {
      await sync({ creationPolicy: 'Merge' });
      assert.deepEqual(
        [ready()?.status, ready()?.reason, ready()?.message],
        ['True', 'SecretMissing', 'secret will not be created due to CreationPolicy=Merge'],
      );
      assert.equal(secret(), undefined);
      assert.equal(status().binding, undefined);
      await create({ theirs: 'x' });
      await force();
      assert.equal(ready()?.reason, 'SecretSynced');
      assert.deepEqual(texts(), { theirs: 'x', password: 'db@1', token: 'api@1' });
      assert.equal(status().binding?.name, 'mine');
    }));

  test('adds its keys as one manager among others: no owner, the hash covers all that is there', () =>
    onBench(async ({ sync, create, secret, owned }) => {
      await create({ theirs: 'x' }, { labels: { by: 'hand' } });
      await sync({ creationPolicy: 'Merge' });
      const target = secret()!;
      assert.equal(ownerOf(target), undefined);
      assert.deepEqual(owned(), ['password', 'token']);
      assert.deepEqual(target.metadata.managedFields?.map((by) => `${by.operation} ${by.manager}`).sort(), [
        `Apply ${manager}`,
        'Update user',
      ]);
      assert.equal(target.metadata.annotations?.[hashAnnotation], dataHash(secretData(target)));
      assert.equal(target.metadata.labels?.['reconcile.external-secrets.io/managed'], 'true');
      assert.equal(target.metadata.labels?.by, 'hand');
    }));

  test('wins a key that somebody else holds', () =>
    onBench(async ({ sync, create, texts }) => {
      await create({ password: 'theirs', theirs: 'x' });
      await sync({ creationPolicy: 'Merge' }, password);
      assert.deepEqual(texts(), { password: 'db@1', theirs: 'x' });
    }));

  test('writes nothing when nothing has changed', () =>
    onBench(async ({ sync, create, edit, settle, secret, status }) => {
      await create({ theirs: 'x' });
      await sync({ creationPolicy: 'Merge' });
      await edit({ spec: { refreshInterval: '10s' } });
      const { resourceVersion } = secret()!.metadata;
      const { refreshTime } = status();
      for (let i = 0; i < 3; i++) await settle();
      assert.notEqual(status().refreshTime, refreshTime, 'it has been refreshed');
      assert.equal(secret()!.metadata.resourceVersion, resourceVersion);
    }));

  test('a foreign key that changes meanwhile stays, and the hash follows at the next refresh', () =>
    onBench(async ({ sync, create, tamper, force, texts, secret }) => {
      await create({ theirs: 'x' });
      await sync({ creationPolicy: 'Merge' }, password);
      await tamper({ data: encoded({ theirs: 'y', password: 'junk' }) });
      await force();
      assert.deepEqual(texts(), { password: 'db@1', theirs: 'y' });
      assert.equal(secret()!.metadata.annotations?.[hashAnnotation], dataHash(secretData(secret()!)));
    }));
});

describe('CreateOrMerge', () => {
  test('creates what is missing, and keeps what others add', () =>
    onBench(async ({ sync, texts, tamper, edit }) => {
      await sync({ creationPolicy: 'CreateOrMerge' });
      assert.deepEqual(texts(), { password: 'db@1', token: 'api@1' });
      await tamper({ data: encoded({ theirs: 'x' }) });
      await edit({ spec: { data: password } });
      assert.deepEqual(texts(), { password: 'db@1', theirs: 'x' });
    }));
});

describe('Orphan', () => {
  test('overwrites as Owner does: foreign keys go, foreign labels stay', () =>
    onBench(async ({ sync, create, texts, secret }) => {
      await create({ theirs: 'x', password: 'theirs' }, { labels: { by: 'hand' } });
      await sync({ creationPolicy: 'Orphan' });
      assert.deepEqual(texts(), { password: 'db@1', token: 'api@1' });
      assert.equal(ownerOf(secret()!), undefined);
      assert.equal(secret()!.metadata.labels?.by, 'hand');
      assert.equal(secret()!.metadata.annotations?.[hashAnnotation], dataHash(secretData(secret()!)));
    }));

  test('cannot delete what it does not own', () =>
    onBench(async ({ sync, backend, force, ready, texts }) => {
      await sync({ creationPolicy: 'Orphan', deletionPolicy: 'Delete' }, password);
      backend.remove('db');
      await force();
      assert.match(ready()?.message ?? '', /^could not delete secret: .*creationPolicy=Orphan is not Owner/);
      assert.deepEqual(texts(), { password: 'db@1' });
    }));

  test('is not adopted under --adopt=never, unless it is our own', () =>
    onBench(
      async ({ sync, create, removeTarget, force, ready, texts, edit }) => {
        await create({ theirs: 'x' });
        await sync({ creationPolicy: 'Orphan' }, password);
        assert.match(ready()?.message ?? '', /nobody owns it/);
        assert.deepEqual(texts(), { theirs: 'x' });
        await removeTarget();
        await force();
        assert.equal(ready()?.status, 'True');
        await edit({ spec: { target: { creationPolicy: 'Owner' } } });
        assert.equal(ready()?.status, 'True', ready()?.message);
      },
      { adopt: 'never' },
    ));
});

test('None reads, writes nothing, and says whether the read went well', () =>
  onBench(async ({ sync, create, backend, force, ready, status, secret }) => {
    await create({ theirs: 'x' });
    const before = secret();
    await sync({ creationPolicy: 'None' });
    assert.deepEqual([ready()?.status, ready()?.reason], ['True', 'SecretSynced']);
    assert.equal(status().binding, undefined);
    backend.remove('db');
    await force();
    assert.equal(ready()?.status, 'False');
    assert.deepEqual(secret(), before);
  }));

for (const creationPolicy of applied) {
  test(`${creationPolicy}: the target of a deleted ExternalSecret stays, with all its keys`, () =>
    onBench(async ({ sync, create, removeExternalSecret, secret }) => {
      if (creationPolicy === 'Merge') await create({ theirs: 'x' });
      await sync({ creationPolicy });
      const before = secret();
      await removeExternalSecret();
      assert.deepEqual(secret(), before);
    }));

  test(`${creationPolicy}: a Secret of another ExternalSecret is left alone`, () =>
    onBench(async ({ sync, ready, secret }) => {
      const before = secret('other');
      await sync({ creationPolicy, name: 'other' });
      assert.match(ready()?.message ?? '', /^target is owned by another ExternalSecret: .*other/);
      assert.deepEqual(secret('other'), before);
    }));

  test(`${creationPolicy}: what the API server refuses is said, and tried again`, () =>
    onBench(async ({ cluster, sync, create, ready, force, texts }) => {
      if (creationPolicy === 'Merge') await create({});
      cluster.refusals.secrets = 'quota';
      await sync({ creationPolicy }, password);
      assert.match(
        ready()?.message ?? '',
        /^could not update secret: HTTP 403 for Secret mine\. To do: .*rights/,
      );
      cluster.refusals.secrets = 'none';
      await force();
      assert.equal(ready()?.status, 'True');
      assert.deepEqual(texts(), { password: 'db@1' });
    }));
}

const sealed = {
  ownerReferences: [
    { apiVersion: 'bitnami.com/v1', kind: 'SealedSecret', name: 'x', uid: 'x', controller: true },
  ],
};

test('a Secret of another controller is merged into, and never overwritten', () =>
  onBench(async ({ sync, create, edit, ready, texts, secret }) => {
    await create({ theirs: 'x' }, sealed);
    await sync({ creationPolicy: 'Orphan' }, password);
    assert.match(ready()?.message ?? '', /^failed to take ownership of target secret: .*SealedSecret x/);
    assert.deepEqual(texts(), { theirs: 'x' });
    await edit({ spec: { target: { creationPolicy: 'CreateOrMerge' } } });
    assert.deepEqual(texts(), { theirs: 'x', password: 'db@1' });
    assert.equal(ownerOf(secret()!)?.kind, 'SealedSecret');
  }));

describe('refreshPolicy CreatedOnce', () => {
  const once = { spec: { refreshPolicy: 'CreatedOnce' } };

  test('an ExternalSecret that is created anew overwrites what Orphan has written, unless it is immutable', () =>
    onBench(async ({ sync, edit, backend, removeExternalSecret, settle, texts }) => {
      await sync({ creationPolicy: 'Orphan' }, password);
      await edit(once);
      await removeExternalSecret();
      backend.write('db');
      // What others have read of it before may be shared for that long.
      await settle();
      await sync({ creationPolicy: 'Orphan' }, password);
      assert.deepEqual(texts(), { password: 'db@2' });
      await removeExternalSecret();
      backend.write('db');
      await sync({ creationPolicy: 'Orphan', immutable: true }, password);
      assert.deepEqual(texts(), { password: 'db@2' });
    }));

  test('a deleted target comes back under Owner, and not under Orphan', () =>
    onBench(async ({ sync, edit, removeTarget, settle, secret }) => {
      await sync({ creationPolicy: 'Owner', immutable: true }, password);
      await edit(once);
      await removeTarget();
      await settle();
      assert.ok(secret() !== undefined);
      await edit({ spec: { target: { creationPolicy: 'Orphan' } } });
      await removeTarget();
      await settle();
      assert.equal(secret(), undefined);
    }));
});

describe('deletionPolicy Merge: what the backend says does not exist goes from the target, which stays', () => {
  const cases = [
    { creationPolicy: 'Owner', partial: { token: 'api@1' }, total: {} },
    { creationPolicy: 'Orphan', partial: { token: 'api@1' }, total: {} },
    { creationPolicy: 'CreateOrMerge', partial: { token: 'api@1' }, total: {} },
    { creationPolicy: 'Merge', partial: { theirs: 'x', token: 'api@1' }, total: { theirs: 'x' } },
  ];
  for (const { creationPolicy, partial, total } of cases)
    test(creationPolicy, () =>
      onBench(async ({ sync, create, backend, force, texts, ready, secret }) => {
        if (creationPolicy === 'Merge') await create({ theirs: 'x' });
        await sync({ creationPolicy, deletionPolicy: 'Merge' });
        const { uid } = secret()!.metadata;
        backend.remove('db');
        await force();
        assert.deepEqual(texts(), partial);
        backend.remove('api');
        await force();
        assert.deepEqual(texts(), total);
        assert.deepEqual([ready()?.status, ready()?.reason], ['True', 'SecretSynced'], ready()?.message);
        backend.restore('db');
        backend.restore('api');
        await force();
        assert.deepEqual(Object.keys(texts()).sort(), [...Object.keys(total), 'password', 'token'].sort());
        assert.equal(secret()!.metadata.uid, uid);
      }),
    );
});

test('what nobody owns stays when the last key of ours goes', () =>
  onBench(async ({ cluster, sync, backend, force, texts }) => {
    // Of what came in as stringData, server-side apply makes nobody the owner.
    const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace: 'team-a' } };
    const how = { fieldManager: 'kubectl', force: true };
    await cluster.as('user').apply(secretType, { ...theirs, stringData: { theirs: 'x' } }, how);
    await sync({ creationPolicy: 'Merge', deletionPolicy: 'Merge' }, password);
    backend.remove('db');
    await force();
    assert.deepEqual(texts(), { theirs: 'x' });
  }));

describe('with --watch-targets', () => {
  const watched = (work: (bench: Bench) => Promise<void>) => onBench(work, { watchTargets: true });

  test('a merged target is repaired as soon as somebody changes it, whatever the interval', () =>
    watched(async ({ sync, create, tamper, settle, texts }) => {
      await create({ theirs: 'x' });
      await sync({ creationPolicy: 'Merge' }, password);
      await tamper({ data: encoded({ password: 'junk' }) });
      await settle();
      assert.deepEqual(texts(), { theirs: 'x', password: 'db@1' });
    }));

  test('a target that appears is merged into at once, one that is deleted created anew or awaited', () =>
    watched(async ({ sync, create, tamper, removeTarget, settle, texts, ready, edit }) => {
      await sync({ creationPolicy: 'Merge' }, password);
      assert.equal(ready()?.reason, 'SecretMissing');
      await create({ theirs: 'x' });
      await settle();
      assert.deepEqual(texts(), { theirs: 'x', password: 'db@1' });
      await tamper({ data: encoded({ password: 'junk' }) });
      await settle();
      assert.deepEqual(
        texts(),
        { theirs: 'x', password: 'db@1' },
        'to find it was no repair, which would hold up this one',
      );
      await removeTarget();
      await settle();
      assert.equal(ready()?.reason, 'SecretMissing');
      await edit({ spec: { target: { creationPolicy: 'CreateOrMerge' } } });
      await removeTarget();
      await settle();
      assert.deepEqual(texts(), { password: 'db@1' });
    }));
});

test('without --watch-targets drift waits for the next refresh', () =>
  onBench(async ({ sync, tamper, settle, force, texts }) => {
    await sync({ creationPolicy: 'CreateOrMerge' }, password);
    await tamper({ data: encoded({ password: 'junk' }) });
    await settle();
    assert.deepEqual(texts(), { password: 'junk' });
    await force();
    assert.deepEqual(texts(), { password: 'db@1' });
  }));
