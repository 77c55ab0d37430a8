import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type JsonStyle,
  quoteJson,
  serialize,
  serializeStrings,
} from '../../../../../providers/kit/json/serialize.ts';
import { parseJson } from '../../../../../providers/kit/json/tokenizer.ts';

test('a document is written as Go writes it', () => {
  const document =
    ' { "b" : 1.50 , "a" : [ "<&>" , 1e21 , 0.0000001 , -0 , null ] , "b" : 9007199254740993 , "é" : "\\u2028/" } ';
  const rows: [style: JsonStyle, json: string][] = [
    [
      { names: 'sorted', html: 'escaped', numbers: 'float64' },
      '{"a":["\\u003c\\u0026\\u003e",1e+21,1e-7,-0,null],"b":9007199254740992,"é":"\\u2028/"}',
    ],
    [
      { names: 'sorted', html: 'plain', numbers: 'text' },
      '{"a":["<&>",1e21,0.0000001,-0,null],"b":9007199254740993,"é":"\\u2028/"}',
    ],
    [
      { names: 'document', html: 'plain', numbers: 'text' },
      '{"b":1.50,"a":["<&>",1e21,0.0000001,-0,null],"b":9007199254740993,"é":"\\u2028/"}',
    ],
  ];
  for (const [style, json] of rows) assert.equal(serialize(parseJson(document).root, style), json);
});

test('names are sorted by their bytes, and __proto__ is a name like any other', () => {
  const root = parseJson('{"\uffff":1,"😀":2,"z":3,"__proto__":{"x":4},"Z":5,"":6}').root;
  assert.equal(
    serialize(root, { names: 'sorted', html: 'plain', numbers: 'text' }),
    '{"":6,"Z":5,"__proto__":{"x":4},"z":3,"\uffff":1,"😀":2}',
  );
});

test('a number that float64 cannot hold stays as written', () => {
  const style: JsonStyle = { names: 'sorted', html: 'plain', numbers: 'float64' };
  assert.equal(serialize(parseJson('[1e400,-1e400,1e-400]').root, style), '[1e400,-1e400,0]');
});

test('strings are escaped as Go escapes them', () => {
  assert.equal(
    quoteJson('"\\/\b\f\n\r\t\u0000\u001f\u007f<>&\u2028\u2029é😀', 'plain'),
    '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f<>&\\u2028\\u2029é😀"',
  );
  assert.equal(quoteJson('<>&', 'escaped'), '"\\u003c\\u003e\\u0026"');
  assert.equal(quoteJson('\ud83d', 'plain'), '"\ufffd"');
});

test('a map of strings becomes an object with sorted names', () => {
  const entries = new Map([
    ['b', '<1>'],
    ['__proto__', ''],
    ['a', '"'],
  ]);
  assert.equal(serializeStrings(entries, 'plain'), '{"__proto__":"","a":"\\"","b":"<1>"}');
  assert.equal(serializeStrings(entries, 'escaped'), '{"__proto__":"","a":"\\"","b":"\\u003c1\\u003e"}');
  assert.equal(serializeStrings(new Map(), 'plain'), '{}');
});
