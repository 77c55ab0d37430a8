import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configMaps } from '../../../../server/kube-verbs.ts';
import { namespace } from '../../properties/cluster.ts';
import { configMap, found, installWidgets, onBench, put, widget, widgetType } from './manifest-bench.ts';

describe('templates of a target of another kind', () => {
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

  test('something random in it does not keep an owner that has to let go', () =>
    onBench(async (bench) => {
      const template = { data: { id: '{{ uuidv4 }}' } };
      await bench.sync({ manifest: configMap, template });
      assert.equal((await found(bench, configMaps))?.metadata.ownerReferences?.length, 1);
      await bench.edit({ spec: { target: { creationPolicy: 'Orphan' } } });
      const orphan = await found(bench, configMaps);
      assert.equal(orphan?.metadata.ownerReferences, undefined);
      await bench.force();
      assert.deepEqual((await found(bench, configMaps))?.data, orphan?.data);
    }));
});
