import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { parseJson } from '../../../../providers/kit/json/tokenizer.ts';
import type { SecretMap } from '../../../../providers/kit/provider.ts';
import { dataOf, metadataOf, secretOf } from '../../../../providers/kubernetes/secret.ts';
import { documentD } from '../../../conformance/golden.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));

function secret(data: Record<string, string | Uint8Array>, metadata: object = {}) {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value as string).toString('base64')]),
  );
  return secretOf(parseJson(JSON.stringify({ metadata: { name: 'x', ...metadata }, data: encoded })).root);
}

const fails = (code: string) => (error: unknown) => error instanceof ProviderError && error.code === code;

test('values are bytes; only the whole Secret as one document is text', () => {
  const binary = Uint8Array.of(0, 0xff, 0xfe, 0x0a);
  const remote = dataOf(secret({ 'file.bin': binary, b: '<&>', a: 'é' }));
  assert.deepEqual(Buffer.from(remote.value('file.bin')), Buffer.from(binary));
  assert.deepEqual(Buffer.from(remote.map().get('file.bin') ?? ''), Buffer.from(binary));
  assert.equal(text(remote.value()), '{"a":"é","b":"<&>","file.bin":"\\u0000\ufffd\ufffd\\n"}');
  assert.equal(remote.size, 'file.binba'.length + 4 + 3 + 2);
  assert.equal(text(dataOf(secret({})).value()), '{}');
});

test('a property is a key, dots and all, or a key and a path in its JSON', () => {
  const remote = dataOf(
    secret({
      'tls.crt': 'pem',
      tls: '{"crt":"path"}',
      D: documentD,
      'app.json': '{"a":{"b":1.50}}',
      plain: 'p',
    }),
  );
  const rows: [property: string, value: string | undefined][] = [
    ['tls.crt', 'pem'],
    ['D', documentD],
    ['D.a.b', 'nest'],
    ['D.a\\.b', 'dot'],
    ['D.n', ''],
    ['D.i', '9007199254740993'],
    ['D.f', '1.5'],
    ['D.o', '{ "x": 1 }'],
    ['D.arr.#', '3'],
    ['D.arr.2.k', 'v'],
    ['app.json', '{"a":{"b":1.50}}'],
    ['app.json.a.b', '1.5'],
    ['plain.x', undefined],
    ['D.zzz', undefined],
    ['D.', undefined],
    ['.D', undefined],
    ['missing', undefined],
    ['toString', undefined],
  ];
  for (const [property, value] of rows) {
    if (value === undefined) assert.throws(() => remote.value(property), fails('PropertyMissing'), property);
    else assert.equal(text(remote.value(property)), value, property);
  }
});

test('extract of a key gives each value as JSON, strings in their quotes, as in ESO (decision 31)', () => {
  const remote = dataOf(
    secret({
      j: '{"foo":"seb","n":1,"f":1.50,"o":{"b":"<","a":null},"t":true}',
      s: 'text',
      l: '[1]',
      n: 'null',
    }),
  );
  const expected = { foo: '"seb"', n: '1', f: '1.5', o: '{"a":null,"b":"<"}', t: 'true' };
  assert.deepEqual(texts(remote.map('j')), expected);
  assert.deepEqual(texts(remote.map('j.o')), { b: '"<"', a: 'null' });
  assert.equal(remote.map('n').size, 0);
  assert.throws(() => remote.map('s'), fails('NotAnObject'));
  assert.throws(() => remote.map('l'), fails('NotAnObject'));
  assert.throws(() => remote.map('zzz'), fails('PropertyMissing'));
  remote.map().clear();
  assert.equal(remote.map().size, 4);
});

test('metadata are labels and annotations; a name may have dots, and what follows is a path (decision 32)', () => {
  const labels = { app: 'web', 'app.kubernetes.io/name': 'shop' };
  const annotations = { note: '{"a":{"b":"deep"}}', 'x.y/z': '{"k":"v"}' };
  const remote = metadataOf(secret({ app: 'data' }, { labels, annotations }));
  const rows: [property: string | undefined, value: string | undefined][] = [
    [undefined, `{"annotations":${JSON.stringify(annotations)},"labels":${JSON.stringify(labels)}}`],
    ['labels', JSON.stringify(labels)],
    ['labels.app', 'web'],
    ['labels.app.kubernetes.io/name', 'shop'],
    ['annotations.note', annotations.note],
    ['annotations.note.a.b', 'deep'],
    ['annotations.x.y/z', annotations['x.y/z']],
    ['annotations.x.y/z.k', 'v'],
    ['annotations.missing', undefined],
    ['labels.', undefined],
    ['app', undefined],
  ];
  for (const [property, value] of rows) {
    if (value === undefined) assert.throws(() => remote.value(property), fails('PropertyMissing'), property);
    else assert.equal(text(remote.value(property)), value, property);
  }
  const { labels: own, annotations: notes } = texts(remote.map());
  assert.deepEqual([own, notes], [JSON.stringify(labels), JSON.stringify(annotations)]);
  assert.deepEqual(texts(remote.map('labels')), { app: '"web"', 'app.kubernetes.io/name': '"shop"' });

  const bare = metadataOf(secret({}));
  assert.equal(text(bare.value()), '{"annotations":null,"labels":null}');
  assert.equal(bare.map('labels').size, 0);
});
