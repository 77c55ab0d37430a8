import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contentHash,
  dataHash,
  metadataHash,
  objectHash,
  syncedResourceVersion,
} from '../../../../composite-controllers/lib/hash.ts';
import vectors from '../../../golden/hash.json' with { type: 'json' };

const utf8 = new TextEncoder();
type Strings = Record<string, string>;

test('hashes are those that ESO writes, so that a Secret of ESO is taken over without a write', () => {
  for (const [text, hash] of vectors.strings) assert.equal(objectHash(text!), hash);
  for (const [data, hash] of vectors.data as [Strings, string][]) {
    assert.equal(
      dataHash(new Map(Object.entries(data).map(([key, value]) => [key, utf8.encode(value)]))),
      hash,
    );
  }
  for (const [meta, hash] of vectors.metadata as [{ annotations?: Strings; labels?: Strings }, string][]) {
    assert.equal(metadataHash(meta), hash);
  }
});

test('the content of another kind is hashed as Go prints it after decoding it by way of JSON', () => {
  const rows: [content: unknown, printed: string][] = [
    [null, '<nil>'],
    [{}, 'map[]'],
    [{ b: [true, 'x y', null, []], a: { z: 1, B: -2 } }, 'map[a:map[B:-2 z:1] b:[true x y <nil> []]]'],
    [[1.5, 0.1, -2.25e-7, 1e-5, 123456789.5], '[1.5 0.1 -2.25e-07 1e-05 1.234567895e+08]'],
    [[1_000_000, 21_000_000, 1e15, 1e18, -0], '[1000000 21000000 1000000000000000 1000000000000000000 0]'],
    [[2 ** 63 - 1024, 2 ** 63, 1e19], '[9223372036854775000 9.223372036854776e+18 1e+19]'],
    [[1e20, 1e21, 1.5e300], '[1e+20 1e+21 1.5e+300]'],
    [[9007199254740993n, -9223372036854775808n], '[9007199254740993 -9223372036854775808]'],
  ];
  for (const [content, printed] of rows) assert.equal(contentHash(content), objectHash(printed), printed);
});

test('data is hashed as the text of its bytes, keys in byte order', () => {
  const data = new Map([
    ['b', new Uint8Array([0, 9, 10, 99, 100, 255])],
    ['a', new Uint8Array()],
    ['__proto__', new Uint8Array([1])],
  ]);
  assert.equal(dataHash(data), objectHash('map[__proto__:[1] a:[] b:[0 9 10 99 100 255]]'));
  assert.equal(dataHash(new Map([...data].reverse())), dataHash(data));
});

test('any other byte, key or split of the data has another hash', () => {
  const data = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.uint8Array()), { minLength: 1 });
  fc.assert(
    fc.property(data, fc.nat(), (entries, pick) => {
      const map = new Map(entries);
      const [key, value] = [...map][pick % map.size]!;
      const changed = new Map(map).set(key, new Uint8Array([...value, 0]));
      assert.notEqual(dataHash(changed), dataHash(map));
    }),
  );
});

test('syncedResourceVersion counts what users change', () => {
  const meta = { name: 'app', generation: 3, annotations: { a: '1' }, labels: { l: '1' } };
  const version = syncedResourceVersion(meta);
  assert.match(version, /^3-[0-9a-f]{56}$/);
  for (const changed of [
    { ...meta, generation: 4 },
    { ...meta, annotations: { a: '2' } },
    { ...meta, annotations: { a: '1', 'external-secrets.io/force-sync': 'now' } },
    { ...meta, labels: {} },
    { ...meta, annotations: { l: '1' }, labels: { a: '1' } },
  ]) {
    assert.notEqual(syncedResourceVersion(changed), version);
  }
});

test('syncedResourceVersion does not count what Metacontroller writes, nor ownership', () => {
  const meta = { name: 'app', generation: 1, annotations: { a: '1' }, labels: { l: '1' } };
  const written = {
    ...meta,
    resourceVersion: '17',
    finalizers: ['x'],
    annotations: { a: '1', 'metacontroller.k8s.io/last-applied-configuration': '{}' },
    labels: { l: '1', 'controller-uid': 'u', 'metacontroller.k8s.io/decorator-controller': 'd' },
  };
  assert.equal(syncedResourceVersion(written), syncedResourceVersion(meta));
  const bare = syncedResourceVersion({ name: 'app', generation: 1 });
  assert.equal(
    syncedResourceVersion({ name: 'app', generation: 1, labels: { 'controller-uid': 'u' } }),
    bare,
  );
  assert.equal(bare, `1-${vectors.metadata[0]?.[1]}`);
});

test('only those names are left out: labels of users that look alike count', () => {
  const base = syncedResourceVersion({ name: 'app', generation: 1 });
  for (const labels of [{ 'my-controller-uid': 'u' }, { 'metacontroller.k8s.io.example/x': 'y' }]) {
    assert.notEqual(syncedResourceVersion({ name: 'app', generation: 1, labels }), base);
  }
  const annotations = { 'controller-uid': 'u' };
  assert.notEqual(syncedResourceVersion({ name: 'app', generation: 1, annotations }), base);
});
