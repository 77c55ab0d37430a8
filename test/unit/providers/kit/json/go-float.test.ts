import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatGeneral,
  formatJson,
  formatPlain,
  parseFloat64,
} from '../../../../../providers/kit/json/go-float.ts';
import vectors from '../../../../golden/go-float.json' with { type: 'json' };

test('a float64 is printed as Go prints it: plain, by %v, and in JSON', () => {
  for (const [bits = '', plain, general, json] of vectors) {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    assert.deepEqual([formatPlain(value), formatGeneral(value)], [plain, general], bits);
    if (json !== '') assert.equal(formatJson(value), json, bits);
  }
});

test('every form reads back as the same number, and the plain one has no exponent', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.match(formatPlain(value), /^-?[0-9]+(?:\.[0-9]+)?$/);
      for (const print of [formatPlain, formatGeneral, formatJson]) {
        assert.ok(Object.is(parseFloat64(print(value)), value));
      }
    }),
  );
});

test('a number is read as Go reads it, and 0 where Go refuses', () => {
  const rows: [text: string, value: number][] = [
    ['1e3', 1000],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['1_000.5', 1000.5],
    ['9007199254740993', 9007199254740992],
    ['1e400', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['nan', Number.NaN],
    ['-0', -0],
    ['', 0],
    ['.', 0],
    ['1e', 0],
    ['0x10', 0],
    ['0b1', 0],
    [' 1', 0],
    ['1__0', 0],
    ['-nan', 0],
  ];
  for (const [text, value] of rows) assert.ok(Object.is(parseFloat64(text), value), text);
});
