import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { configMaps } from '../../../../server/kube-verbs.ts';
import { namespace } from '../../properties/cluster.ts';
import { entry, manager, onBench as onAnyBench } from './bench.ts';
import { configMap, found, installWidgets, onBench, put, widget, widgetType } from './manifest-bench.ts';

describe('a target of another kind', () => {
  test('is refused unless the installation allows it', () =>
    onAnyBench(async (bench) => {
      await bench.sync({ manifest: configMap });
      assert.equal(bench.ready()?.reason, 'SecretSyncedError');
      assert.match(bench.ready()?.message ?? '', /^invalid generic target: .*--unsafe-allow-generic-targets/);
      assert.equal(await found(bench, configMaps), undefined);
    }));

  test('a ConfigMap holds the values as text, belongs to its ExternalSecret, and goes with it', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap }, undefined, { team: 'a' });
      const map = (await found(bench, configMaps))!;
      assert.deepEqual(map.data, { password: 'db@1', token: 'api@1' });
      assert.equal(map.metadata.labels?.team, 'a');
      assert.equal(map.metadata.labels?.['reconcile.external-secrets.io/managed'], 'true');
      assert.equal(map.metadata.ownerReferences?.[0]?.uid, bench.uid());
      assert.deepEqual(
        map.metadata.managedFields?.map((by) => `${by.operation} ${by.manager}`),
        [`Apply ${manager}`],
      );
      assert.deepEqual([bench.ready()?.status, bench.ready()?.reason], ['True', 'ResourceSynced']);
      assert.equal(bench.secret(), undefined);
      await bench.removeExternalSecret();
      assert.equal(await found(bench, configMaps), undefined);
    }));

  test('what others change in it is restored with the next refresh', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap });
      await bench.cluster
        .as('user')
        .mergePatch(configMaps, namespace, 'mine', { data: { password: 'junk', more: 'x' } });
      await bench.settle();
      assert.deepEqual((await found(bench, configMaps))?.data, {
        password: 'junk',
        token: 'api@1',
        more: 'x',
      });
      await bench.force();
      assert.deepEqual((await found(bench, configMaps))?.data, {
        password: 'db@1',
        token: 'api@1',
        more: 'x',
      });
    }));

  test('another kind holds them in spec.data', () =>
    onBench(async (bench) => {
      await installWidgets(bench);
      await bench.sync({ manifest: widget });
      assert.deepEqual((await found(bench, widgetType))?.spec, {
        data: { password: 'db@1', token: 'api@1' },
      });
    }));

  test('Merge adds to what is there and creates nothing; a key that is dropped goes again', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap, creationPolicy: 'Merge' });
      assert.deepEqual(
        [bench.ready()?.status, bench.ready()?.reason, bench.ready()?.message],
        ['True', 'ResourceMissing', 'resource will not be created due to CreationPolicy=Merge'],
      );
      await put(bench, configMaps, { apiVersion: 'v1', kind: 'ConfigMap', data: { theirs: 'x' } });
      await bench.force();
      assert.deepEqual((await found(bench, configMaps))?.data, {
        theirs: 'x',
        password: 'db@1',
        token: 'api@1',
      });
      await bench.edit({ spec: { data: [entry('password', 'db')] } });
      const map = (await found(bench, configMaps))!;
      assert.deepEqual(map.data, { theirs: 'x', password: 'db@1' });
      assert.equal(map.metadata.ownerReferences, undefined);
      await bench.removeExternalSecret();
      assert.deepEqual((await found(bench, configMaps))?.data, { theirs: 'x', password: 'db@1' });
    }));

  test('Orphan stays, and Owner that becomes Orphan lets go', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap });
      assert.notEqual((await found(bench, configMaps))?.metadata.ownerReferences, undefined);
      await bench.edit({ spec: { target: { creationPolicy: 'Orphan' } } });
      assert.equal((await found(bench, configMaps))?.metadata.ownerReferences, undefined);
      await bench.removeExternalSecret();
      assert.notEqual(await found(bench, configMaps), undefined);
    }));

  test('None reads the backend and writes nothing', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap, creationPolicy: 'None' });
      assert.equal(bench.ready()?.reason, 'ResourceSynced');
      assert.equal(await found(bench, configMaps), undefined);
    }));

  test('deletionPolicy Delete takes away what is its own, and brings it back', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap, deletionPolicy: 'Delete' }, [entry('password', 'db')]);
      bench.backend.remove('db');
      await bench.force();
      assert.equal(await found(bench, configMaps), undefined);
      assert.deepEqual([bench.ready()?.status, bench.ready()?.reason], ['True', 'ResourceDeleted']);
      bench.backend.restore('db');
      await bench.force();
      assert.deepEqual((await found(bench, configMaps))?.data, { password: 'db@1' });
    }));

  test('what belongs to somebody else is left alone', () =>
    onBench(async (bench) => {
      const owner = (kind: string, apiVersion: string) => ({
        kind,
        apiVersion,
        name: 'other',
        uid: 'u',
        controller: true,
      });
      const rows: [object, RegExp][] = [
        [owner('ExternalSecret', 'external-secrets.io/v1'), /belongs to ExternalSecret other/],
        [owner('Thing', 'example.com/v1'), /controlled by Thing other/],
      ];
      await bench.sync({ manifest: configMap, name: 'taken' });
      await bench.cluster.as('user').remove(configMaps, namespace, 'taken');
      for (const [reference, message] of rows) {
        const metadata = { name: 'taken', namespace, ownerReferences: [reference] };
        await bench.cluster
          .as('user')
          .create(configMaps, { ...configMap, metadata, data: { a: 'b' } } as KubeObject);
        await bench.force();
        assert.match(bench.ready()?.message ?? '', message);
        assert.deepEqual((await found(bench, configMaps, 'taken'))?.data, { a: 'b' });
        await bench.cluster.as('user').remove(configMaps, namespace, 'taken');
      }
    }));

  test('has to be served, to live in a namespace, and to be no Secret', () =>
    onBench(async (bench) => {
      const rows: [manifest: object, message: RegExp][] = [
        [{ apiVersion: 'nowhere.example.com/v1', kind: 'Thing' }, /not served/],
        [{ apiVersion: 'v1/../x', kind: 'Thing' }, /not served/],
        [{ apiVersion: 'v1', kind: 'Namespace' }, /no kind of a namespace/],
        [{ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' }, /no kind of a namespace/],
        [{ apiVersion: 'v1', kind: 'Secret' }, /leave spec.target.manifest out/],
      ];
      await bench.sync({ manifest: configMap, creationPolicy: 'None' });
      for (const [manifest, message] of rows) {
        await bench.edit({ spec: { target: { manifest, creationPolicy: 'Owner' } } });
        assert.match(bench.ready()?.message ?? '', message);
      }
    }));

  test('a Secret of before the manifest stays, whoever it belongs to now', () =>
    onBench(async (bench) => {
      await bench.sync({});
      assert.notEqual(bench.secret(), undefined);
      await bench.edit({ spec: { target: { manifest: configMap } } });
      for (let i = 0; i < 3; i++) await bench.settle();
      assert.deepEqual(bench.texts(), { password: 'db@1', token: 'api@1' });
      assert.deepEqual((await found(bench, configMaps))?.data, { password: 'db@1', token: 'api@1' });
    }));
});
