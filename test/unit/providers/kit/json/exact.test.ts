import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseExact, stringifyExact } from '../../../../../providers/kit/json/exact.ts';

test('integers that a number would round stay as they are written', () => {
  const text = '{"a":[9007199254740993,-9223372036854775808,18446744073709551615],"b":9007199254740991}';
  const value = parseExact(text) as { a: unknown; b: unknown };
  assert.deepEqual(value.a, [9007199254740993n, -9223372036854775808n, 18446744073709551615n]);
  assert.equal(value.b, Number.MAX_SAFE_INTEGER);
  assert.equal(stringifyExact(value), text);
});

test('everything else is what JSON makes of it, beside such an integer or not', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!/\d{16}/.test(JSON.stringify(value)));
      const expected = JSON.parse(JSON.stringify(value));
      assert.deepEqual(parseExact(JSON.stringify(value)), expected);
      const beside = `{"value":${stringifyExact(value)},"long":12345678901234567890}`;
      assert.deepEqual(parseExact(beside), { value: expected, long: 12345678901234567890n });
      assert.equal(stringifyExact(parseExact(beside)), beside);
    }),
  );
});

test('a text of digits stays a text, and `__proto__` a name', () => {
  const text = '{"__proto__":"12345678901234567890","x":12345678901234567890}';
  assert.equal(stringifyExact(parseExact(text)), text);
});

test('what is no JSON is refused, with a long number and without', () => {
  for (const text of ['{', '{"a":12345678901234567890']) assert.throws(() => parseExact(text), SyntaxError);
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  assert.throws(() => stringifyExact(cycle), TypeError);
});
