import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import {
  convertKeys,
  reverseKey,
  reverseKeys,
  validateKeys,
} from '../../../../composite-controllers/lib/keys.ts';
import vectors from '../../../golden/keys.json' with { type: 'json' };

const value = new Uint8Array([1]);
const map = (...keys: string[]) => new Map(keys.map((key) => [key, value]));
const tip = 'invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): ';

test('keys are converted, and reversed for PushSecret, as ESO does', () => {
  for (const [strategy, key, converted] of vectors.convert) {
    assert.deepEqual([...convertKeys(map(key!), strategy!).keys()], [converted]);
  }
  for (const [strategy, key, reversed] of vectors.reverse) {
    assert.equal(reverseKey(key!, strategy ?? undefined), reversed);
  }
});

test('two keys that become one are refused', () => {
  const message = 'secret name collision during conversion: a_b';
  assert.throws(() => convertKeys(map('a/b', 'a_b')), { name: 'ValueError', message });
  assert.throws(() => convertKeys(map('a/b', 'a b'), ''), { name: 'ValueError', message });
  assert.equal(convertKeys(map('a/b', 'a b'), 'Unicode').size, 2);
  assert.throws(() => reverseKeys(map('_U002f_', '/'), 'ReverseUnicode'), {
    message: 'secret name collision during conversion: /',
  });
});

test('keys that no Secret may hold are refused by name; an empty one is dropped', () => {
  assert.deepEqual(validateKeys(map('', 'a.b-c_D9', 'é½', '__proto__', 'x'.repeat(253))).size, 4);
  const rows: [key: string, message: string][] = [
    ['a/b', `${tip}key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: a/b`],
    ['😀', `${tip}key has invalid character 😀, only alphanumeric, '-', '.' and '_' are allowed: 😀`],
    [
      'x'.repeat(254),
      `${tip}key has length 254 but max is 253: (following is truncated): ${'x'.repeat(253)}`,
    ],
    [
      'é'.repeat(127),
      `${tip}key has length 254 but max is 253: (following is truncated): ${'é'.repeat(126)}\ufffd`,
    ],
  ];
  for (const [key, message] of rows)
    assert.throws(() => validateKeys(map(key)), { name: 'ValueError', message });
});

test('of several unfit keys always the same one is named', () => {
  for (const keys of [
    ['b b', 'a a', 'c'],
    ['a a', 'c', 'b b'],
  ]) {
    assert.throws(
      () => validateKeys(map(...keys)),
      (error) => error instanceof ValueError && error.details.key === 'a a',
    );
  }
});

test('what is converted is valid, and Unicode loses nothing', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(key, (name) => {
      for (const strategy of ['Default', 'Unicode']) validateKeys(convertKeys(map(name), strategy));
      fc.pre(!name.includes('_U'));
      const [converted = ''] = convertKeys(map(name), 'Unicode').keys();
      assert.equal(reverseKey(converted, 'ReverseUnicode'), name);
    }),
  );
});

test('converting keeps every value under one key, or fails by a ValueError', () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 6 });
  fc.assert(
    fc.property(keys, fc.constantFrom('Default', 'Unicode', 'None', ''), (names, strategy) => {
      try {
        assert.equal(convertKeys(map(...names), strategy).size, names.length);
      } catch (error) {
        assert.ok(error instanceof ValueError);
      }
    }),
  );
});
