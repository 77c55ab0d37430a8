import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { crdType } from '../../../../local/metacontroller/discovery.ts';
import { KubeApiError, type ResourceType } from '../../../../server/kube-api.ts';
import { configMaps } from '../../../../server/kube-verbs.ts';
import { namespace } from '../../properties/cluster.ts';
import { type Bench, entry, manager, onBench as onAnyBench } from './bench.ts';

const onBench = (work: (bench: Bench) => Promise<void>) => onAnyBench(work, { genericTargets: 'allowed' });
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widgetType: ResourceType = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
};
const widget = { apiVersion: 'example.com/v1', kind: 'Widget' };

async function installWidgets({ cluster }: Bench): Promise<void> {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await cluster.as('user').create(crdType, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
}

async function found({ cluster }: Bench, type: ResourceType, name = 'mine'): Promise<KubeObject | undefined> {
  try {
    return await cluster.as('user').get(type, namespace, name);
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}

const put = ({ cluster }: Bench, type: ResourceType, object: object) =>
  cluster.as('user').create(type, { metadata: { name: 'mine', namespace }, ...object } as KubeObject);

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

  test('templates go to their paths in the types of YAML, once, and are applied in place', () =>
    onBench(async (bench) => {
      await installWidgets(bench);
      await put(bench, configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'tpl', namespace },
        data: { text: 'v:{{ .password }}', tree: 'k: {{ .password | quote }}' },
      });
      const template = {
        metadata: { labels: { team: 'x' } },
        data: { note: '{{ .password }}' },
        templateFrom: [
          { target: 'spec', literal: 'replicas: 3\nlive: on\nhosts: [a, b]\nrate: 1.5' },
          { target: 'spec.config', literal: 'url: "{{ .password }}"' },
          { target: 'spec.config', literal: 'more: x' },
          { target: 'spec.count', configMap: { name: 'tpl', items: [{ key: 'text' }] } },
          {
            target: 'spec.deep[0].x',
            configMap: { name: 'tpl', items: [{ key: 'tree', templateAs: 'KeysAndValues' }] },
          },
          { target: 'Annotations', literal: 'a/b: "{{ .token }}"' },
        ],
      };
      await bench.sync({ manifest: widget, template });
      const object = (await found(bench, widgetType))!;
      assert.deepEqual(object.spec, {
        replicas: 3,
        live: true,
        hosts: ['a', 'b'],
        rate: 1.5,
        config: { url: 'db@1', more: 'x' },
        count: 'v:db@1',
        deep: [{ x: { k: 'db@1' } }],
      });
      assert.deepEqual(object.data, { note: 'db@1' });
      assert.equal(object.metadata.labels?.team, 'x');
      assert.equal(object.metadata.annotations?.['a/b'], 'api@1');
      const version = object.metadata.resourceVersion;
      await bench.force();
      assert.equal(
        (await found(bench, widgetType))?.metadata.resourceVersion,
        version,
        'nothing was written',
      );
      bench.backend.write('db');
      await bench.force();
      assert.equal(((await found(bench, widgetType)) as { data?: { note?: string } }).data?.note, 'db@2');
    }));

  test('integers of 64 bits arrive as they are written, also beside what others have', () =>
    onBench(async (bench) => {
      await installWidgets(bench);
      await put(bench, widgetType, { ...widget, spec: { limits: { theirs: 9007199254740995n } } });
      const template = {
        templateFrom: [
          { target: 'spec.limits', literal: 'ours: 9007199254740993' },
          { target: 'spec.most', configMap: { name: 'tpl', items: [{ key: 'most' }] } },
        ],
      };
      const data = { most: '{{ "-9223372036854775808" }}' };
      await put(bench, configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'tpl', namespace },
        data,
      });
      await bench.sync({ manifest: widget, creationPolicy: 'Merge', template });
      assert.deepEqual((await found(bench, widgetType))?.spec, {
        limits: { theirs: 9007199254740995n, ours: 9007199254740993n },
        most: -9223372036854775808n,
      });
    }));

  test('what is decoded at a path is a value of YAML then', () =>
    onBench(async (bench) => {
      await installWidgets(bench);
      const encoded = (text: string) => Buffer.from(text).toString('base64');
      const data = { tree: encoded('hosts: [a]'), text: encoded('{{'), bad: '{{ .password }}' };
      await put(bench, configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'tpl', namespace },
        data,
      });
      const from = (key: string) => ({
        target: `spec.${key}`,
        valuesDecodingStrategy: 'Base64',
        configMap: { name: 'tpl', items: [{ key }] },
      });
      await bench.sync({ manifest: widget, template: { templateFrom: [from('tree'), from('text')] } });
      const spec = { tree: { hosts: ['a'] }, text: '{{' };
      assert.deepEqual((await found(bench, widgetType))?.spec, spec);
      await bench.edit({ spec: { target: { template: { templateFrom: [from('bad')] } } } });
      assert.match(bench.ready()?.message ?? '', /failed to decode rendered template value for key bad/);
      assert.deepEqual((await found(bench, widgetType))?.spec, spec);
    }));

  test('a template that fails, or a path that leads nowhere, keeps the object', () =>
    onBench(async (bench) => {
      await bench.sync({ manifest: configMap, template: { data: { a: '{{ .password }}' } } });
      const rows: [template: object, message: RegExp][] = [
        [{ data: { a: '{{ .nope }}' } }, /template "data\.a":1:3: .*no entry for key "nope"/],
        [{ data: null, templateFrom: [{ target: 'data[x]', literal: 'a: b' }] }, /bad index "x"/],
        [
          {
            templateFrom: [
              { target: 'data.a.b', literal: 'a: b' },
              { target: 'data.a.b.a.c', literal: 'x: y' },
            ],
          },
          /something else is where the path goes on/,
        ],
        [{ templateFrom: [{ target: 'x.y', literal: 'a: b: c' }] }, /no YAML/],
      ];
      for (const [template, message] of rows) {
        await bench.edit({ spec: { target: { template } } });
        assert.equal(bench.ready()?.reason, 'ResourceSyncedError');
        assert.match(bench.ready()?.message ?? '', message);
        assert.deepEqual((await found(bench, configMaps))?.data, { a: 'db@1' });
      }
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

  test('Merge into a list states the list, and keeps what is in it', () =>
    onBench(async (bench) => {
      await installWidgets(bench);
      await put(bench, widgetType, { ...widget, spec: { list: [{ name: 'a' }, { name: 'b' }], other: 1 } });
      const template = { templateFrom: [{ target: 'spec.list[1].secret', literal: 'x: "{{ .password }}"' }] };
      await bench.sync({ manifest: widget, creationPolicy: 'Merge', template });
      assert.deepEqual((await found(bench, widgetType))?.spec, {
        list: [{ name: 'a' }, { name: 'b', secret: { x: 'db@1' } }],
        other: 1,
      });
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

  test('something random in it stays while its inputs stay', () =>
    onBench(async (bench) => {
      const template = { data: { id: '{{ uuidv4 }}', password: '{{ .password }}' } };
      await bench.sync({ manifest: configMap, template });
      const before = await found(bench, configMaps);
      await bench.force();
      assert.deepEqual(await found(bench, configMaps), before);
      bench.backend.write('db');
      await bench.force();
      const after = (await found(bench, configMaps)) as { data?: Record<string, string> };
      assert.equal(after.data?.password, 'db@2');
      assert.notEqual(after.data?.id, (before as typeof after).data?.id);
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

describe('a template under another policy than Owner', () => {
  test('Merge: rendered keys join the others, random ones stay, and what the template drops goes', () =>
    onAnyBench(async (bench) => {
      await bench.create({ theirs: 'x' });
      const template = {
        data: { url: 'u:{{ .password }}', id: '{{ uuidv4 }}' },
        metadata: { labels: { l: '{{ len .token }}' } },
      };
      await bench.sync({ creationPolicy: 'Merge', template });
      const { id, ...rest } = bench.texts();
      assert.deepEqual(rest, { theirs: 'x', url: 'u:db@1' });
      const version = bench.secret()!.metadata.resourceVersion;
      await bench.force();
      assert.equal(bench.secret()!.metadata.resourceVersion, version);
      await bench.edit({ spec: { target: { template: { data: { url: null } } } } });
      assert.deepEqual(Object.keys(bench.texts()).sort(), ['id', 'theirs']);
      assert.notEqual(bench.texts().id, id);
    }));

  test('Orphan: the type and the content are the template’s', () =>
    onAnyBench(async (bench) => {
      await bench.sync({ creationPolicy: 'Orphan', template: { type: 'x/y', data: { a: '{{ .token }}' } } });
      assert.deepEqual(bench.texts(), { a: 'api@1' });
      assert.equal(bench.secret()!.type, 'x/y');
    }));

  test('Owner to Orphan keeps what was random', () =>
    onAnyBench(async (bench) => {
      const template = { data: { id: '{{ uuidv4 }}' } };
      await bench.sync({ template });
      const { id } = bench.texts();
      await bench.edit({ spec: { target: { creationPolicy: 'Orphan' } } });
      for (let i = 0; i < 3; i++) await bench.settle();
      assert.equal(bench.ready()?.status, 'True');
      assert.equal(bench.texts().id, id);
    }));
});
