import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onBench } from './bench.ts';

describe('a template under another policy than Owner', () => {
  test('Merge: rendered keys join the others, random ones stay, and what the template drops goes', () =>
    onBench(async (bench) => {
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
    onBench(async (bench) => {
      await bench.sync({ creationPolicy: 'Orphan', template: { type: 'x/y', data: { a: '{{ .token }}' } } });
      assert.deepEqual(bench.texts(), { a: 'api@1' });
      assert.equal(bench.secret()!.type, 'x/y');
    }));

  test('Owner to Orphan keeps what was random', () =>
    onBench(async (bench) => {
      const template = { data: { id: '{{ uuidv4 }}' } };
      await bench.sync({ template });
      const { id } = bench.texts();
      await bench.edit({ spec: { target: { creationPolicy: 'Orphan' } } });
      for (let i = 0; i < 3; i++) await bench.settle();
      assert.equal(bench.ready()?.status, 'True');
      assert.equal(bench.texts().id, id);
    }));
});
