import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError, type ProviderErrorCode } from '../../../../../providers/kit/errors.ts';
import { type JsonSecretOptions, jsonSecret } from '../../../../../providers/kit/json/json-secret.ts';
import type { SecretMap } from '../../../../../providers/kit/provider.ts';

const document =
  '{"a.b":"dot","a":{"b":"nest"},"n":null,"i":9007199254740993,"f":1.50,"e":1e3,"t":true,"o":{ "x": 1 },"arr":[1,"two",{"k":"v"}],"s":"","u":"\\u0041\\/","at@x":"y","pipe|k":"p"}';

function secret(text: string | Uint8Array, options: Partial<JsonSecretOptions> = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return jsonSecret(bytes, { dots: 'escaped-first', flatten: 'raw', what: 'db', ...options });
}

function texts(map: SecretMap): Record<string, string> {
  return Object.fromEntries([...map].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

function fails(read: () => unknown, code: ProviderErrorCode, details: object) {
  assert.throws(read, (error) => {
    assert.ok(error instanceof ProviderError);
    assert.equal(error.code, code);
    assert.deepEqual(error.details, details);
    return true;
  });
}

test('a property is found by the dot policy of its provider (spec providers 13.1)', () => {
  const policies = ['escaped-first', 'as-given-first', 'as-given', 'exact-then-path'] as const;
  const rows: [property: string, ...expected: (string | undefined)[]][] = [
    ['a.b', 'dot', 'nest', 'nest', 'dot'],
    ['n', '', '', '', ''],
    ['i', '9007199254740993', '9007199254740993', '9007199254740993', '9007199254740993'],
    ['f', '1.5', '1.5', '1.5', '1.50'],
    ['e', '1000', '1000', '1000', '1e3'],
    ['t', 'true', 'true', 'true', 'true'],
    ['o', '{ "x": 1 }', '{ "x": 1 }', '{ "x": 1 }', '{ "x": 1 }'],
    ['arr.#', '3', '3', '3', '3'],
    ['arr.1', 'two', 'two', 'two', 'two'],
    ['arr.2.k', 'v', 'v', 'v', 'v'],
    ['arr.9', undefined, undefined, undefined, undefined],
    ['zzz', undefined, undefined, undefined, undefined],
    ['s', '', '', '', ''],
    ['u', 'A/', 'A/', 'A/', 'A/'],
    ['at@x', 'y', 'y', 'y', 'y'],
    ['pipe|k', undefined, undefined, undefined, 'p'],
    ['pipe\\|k', 'p', 'p', 'p', 'p'],
  ];
  for (const [property, ...expected] of rows) {
    policies.forEach((dots, index) => {
      const read = () => secret(document, { dots }).value(property);
      if (expected[index] === undefined) fails(read, 'PropertyMissing', { what: 'db', property });
      else assert.equal(Buffer.from(read()).toString(), expected[index], `${property} ${dots}`);
    });
  }
});

test('either reading of a dotted property serves when the other leads nowhere', () => {
  for (const dots of ['escaped-first', 'as-given-first'] as const) {
    assert.equal(Buffer.from(secret('{"a.b":"x"}', { dots }).value('a.b')).toString(), 'x');
    assert.equal(Buffer.from(secret('{"a":{"b":"y"}}', { dots }).value('a.b')).toString(), 'y');
  }
  fails(() => secret('{"a.b":"x"}', { dots: 'as-given' }).value('a.b'), 'PropertyMissing', {
    what: 'db',
    property: 'a.b',
  });
});

test('a provider may count a missing property as an absent secret', () => {
  fails(() => secret('{}', { missing: 'NotFound' }).value('a'), 'NotFound', { what: 'db', property: 'a' });
});

test('without a property the value is the bytes as they came, JSON or not', () => {
  for (const bytes of [new Uint8Array([0, 255, 254, 128]), new Uint8Array()]) {
    assert.equal(secret(bytes).value(), bytes);
    assert.equal(secret(bytes).value(''), bytes);
    assert.equal(secret(bytes).size, bytes.length);
  }
});

test('keys are flattened by Rule A: raw slices (spec providers 13.2)', () => {
  assert.deepEqual(texts(secret(document).map()), {
    'a.b': 'dot',
    a: '{"b":"nest"}',
    n: '',
    i: '9007199254740993',
    f: '1.50',
    e: '1e3',
    t: 'true',
    o: '{ "x": 1 }',
    arr: '[1,"two",{"k":"v"}]',
    s: '',
    u: 'A/',
    'at@x': 'y',
    'pipe|k': 'p',
  });
});

test('keys are flattened by Rule B: as Go prints decoded values (spec providers 13.2)', () => {
  const text =
    '{"i":9007199254740993,"f":1.50,"e":1e3,"o":{ "x": 1, "h":"<" },"n":null,"big":1e21,"small":1e-7,"t":false,"s":"<","a":[1.50,{"b":1,"a":1e21}],"huge":1e400}';
  assert.deepEqual(texts(secret(text, { flatten: 'decoded' }).map()), {
    i: '9007199254740992',
    f: '1.5',
    e: '1000',
    o: '{"h":"\\u003c","x":1}',
    n: '',
    big: '1000000000000000000000',
    small: '0.0000001',
    t: 'false',
    s: '<',
    a: '[1.5,{"a":1e+21,"b":1}]',
    huge: '1e400',
  });
});

test('of equal names a path takes the first, a map the last', () => {
  const twice = secret('{"a":"first","a":"last"}');
  assert.equal(Buffer.from(twice.value('a')).toString(), 'first');
  assert.deepEqual(texts(twice.map()), { a: 'last' });
});

test('a key called __proto__ arrives', () => {
  const { map } = secret('{"__proto__":"x","constructor":"y"}');
  assert.deepEqual(
    [...map()].map(([key, value]) => [key, Buffer.from(value).toString()]),
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
  );
});

test('a map of a property may lie in a JSON text within the JSON', () => {
  assert.deepEqual(texts(secret('{"o":{"k":1},"s":"{\\"k\\":2}"}').map('o')), { k: '1' });
  assert.deepEqual(texts(secret('{"o":{"k":1},"s":"{\\"k\\":2}"}').map('s')), { k: '2' });
});

test('null has no keys; what is no object cannot be flattened, and says so without a word of it', () => {
  for (const flatten of ['raw', 'decoded'] as const) {
    assert.equal(secret('null', { flatten }).map().size, 0);
    for (const text of ['[]', '"x"', '5', '', 'hunter2', '{"a":1}x', '{"a":1,}']) {
      fails(() => secret(text, { flatten }).map(), 'NotAnObject', { what: 'db' });
    }
    fails(() => secret('{"a":"hunter2"}', { flatten }).map('a'), 'NotAnObject', { what: 'db property a' });
  }
});

test('text that is no JSON has no properties, and a damaged one those that can be found', () => {
  fails(() => secret('plain text').value('a'), 'PropertyMissing', { what: 'db', property: 'a' });
  fails(() => secret('plain', { dots: 'exact-then-path' }).value('a'), 'PropertyMissing', {
    what: 'db',
    property: 'a',
  });
  assert.equal(Buffer.from(secret('{"a":"x",}').value('a')).toString(), 'x');
  assert.equal(Buffer.from(secret('{"a":"x",}', { dots: 'exact-then-path' }).value('a')).toString(), 'x');
});

test('what costs too much is the fault of the manifest, not of the backend', () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  for (const read of [
    () => secret('{"a":1}').value(`@this${'|[@this,@this]'.repeat(60)}`),
    () => secret(`{"a":${deep}}`).map(),
    () => secret(deep).value('@dig:x'),
  ]) {
    assert.throws(
      read,
      (error) => error instanceof ProviderError && error.code === 'Unsupported' && error.retry === 'user',
    );
  }
});

test('a caller that changes its map changes nobody else’s', () => {
  const shared = secret('{"a":"1"}');
  shared.map().clear();
  assert.deepEqual(texts(shared.map()), { a: '1' });
});
