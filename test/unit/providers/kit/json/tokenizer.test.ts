import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonError } from '../../../../../providers/kit/json/json-error.ts';
import { serialize } from '../../../../../providers/kit/json/serialize.ts';
import {
  isJson,
  type JsonNode,
  maxDepth,
  parseJson,
  rawSlice,
} from '../../../../../providers/kit/json/tokenizer.ts';

/** The value as JSON.parse would give it, with numbers as written. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.text;
    case 'number':
      return { number: node.text };
    case 'boolean':
      return node.value;
    case 'null':
      return null;
  }
}

test('numbers stay as written, and equal names are all kept in order', () => {
  const { root } = parseJson(' {"n":9007199254740993, "n":1.50 ,"n":1e3,"n":-0}\n');
  assert.equal(root.kind, 'object');
  const members = root.kind === 'object' ? root.members : [];
  assert.deepEqual(
    members.map(({ name, value }) => [name, value.kind === 'number' ? value.text : undefined]),
    [
      ['n', '9007199254740993'],
      ['n', '1.50'],
      ['n', '1e3'],
      ['n', '-0'],
    ],
  );
});

test('a value is cut from the document with its own spacing', () => {
  const document = parseJson('{"o" : { "x" :[ 1,2 ] } , "s":"a\\nb"}');
  const members = document.root.kind === 'object' ? document.root.members : [];
  assert.deepEqual(
    members.map(({ value }) => Buffer.from(rawSlice(document, value)).toString()),
    ['{ "x" :[ 1,2 ] }', '"a\\nb"'],
  );
});

test('strings are decoded as Go decodes them', () => {
  const rows: [json: Uint8Array | string, text: string][] = [
    ['"\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\"', 'A/\b\f\n\r\t"\\'],
    ['"\\ud83d\\ude00 \\uD83D\\uDE00"', '😀 😀'],
    ['"\\ud83d"', '\ufffd'],
    ['"\\ud83dx\\ude00"', '\ufffdx\ufffd'],
    ['"\\ud83d\\ud83d\\ude00"', '\ufffd😀'],
    ['"é日本😀\u2028"', 'é日本😀\u2028'],
    ['"\\u0000"', '\u0000'],
    [new Uint8Array([0x22, 0xff, 0xe2, 0x82, 0x22]), '\ufffd\ufffd\ufffd'],
    [new Uint8Array([0x22, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0x22]), 'é\ufffd\ufffd\ufffd'],
    [new Uint8Array([0x22, 0xef, 0xbb, 0xbf, 0x22]), '\ufeff'],
  ];
  for (const [json, text] of rows) assert.deepEqual(plain(parseJson(json).root), text);
});

test('what is not JSON is refused at its place, without a word of it', () => {
  const rows: [text: string, offset: number][] = [
    ['', 0],
    ['  ', 2],
    ['hunter2', 0],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['01', 1],
    ['1.', 1],
    ['.5', 0],
    ['+1', 0],
    ['1e', 1],
    ['-', 0],
    ['0x10', 1],
    ['NaN', 0],
    ['nul', 0],
    ['nulls', 4],
    ['"a', 2],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12"', 2],
    ['"\\', 2],
    ['{"a":1}x', 7],
    ['\ufeff{}', 0],
    ['{"a":1', 6],
    ['[', 1],
    ['{', 1],
    ['//c\n1', 0],
    ['\u00a01', 0],
  ];
  for (const [text, offset] of rows) {
    assert.throws(
      () => parseJson(text),
      (error) =>
        error instanceof JsonError &&
        error.code === 'Syntax' &&
        error.offset === offset &&
        error.message === `the text is not valid JSON (at byte ${offset})`,
      JSON.stringify(text),
    );
    assert.equal(isJson(text), false);
  }
});

test('nesting is bounded and never overflows the stack', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const { root } = parseJson(nested(maxDepth));
  assert.equal(serialize(root, { names: 'sorted', html: 'plain', numbers: 'text' }), nested(maxDepth));
  for (const text of [nested(maxDepth + 2), '['.repeat(1_000_000), '{"a":'.repeat(500_000)]) {
    assert.throws(
      () => parseJson(text),
      (error) => error instanceof JsonError && error.code === 'TooDeep',
    );
  }
});

test('it reads every JSON text as JSON.parse does, and refuses the same texts', () => {
  const json = fc.oneof(
    fc.json({ stringUnit: 'binary' }),
    fc.json(),
    fc
      .tuple(fc.json(), fc.nat(30), fc.constantFrom('', ',', '"', '}', ' ', '\\', '0'))
      .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + 1)),
  );
  fc.assert(
    fc.property(json, (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text.toWellFormed(), (_, value) =>
          typeof value === 'number' ? { number: value } : value,
        );
      } catch {
        assert.equal(isJson(text), false);
        return;
      }
      const numbers = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(numbers);
        if (typeof value !== 'object' || value === null)
          return typeof value === 'string' ? value.toWellFormed() : value;
        const entries = Object.entries(value).map(([name, item]) => [name.toWellFormed(), numbers(item)]);
        return Object.fromEntries(entries);
      };
      const actual = plain(parseJson(text).root);
      assert.deepEqual(numbers(toNumbers(actual)), numbers(expected));
    }),
    { numRuns: 500 },
  );
});

function toNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toNumbers);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'number' && typeof first[1] === 'string')
    return { number: Number(first[1]) };
  return Object.fromEntries(entries.map(([name, item]) => [name, toNumbers(item)]));
}

test('a document written in its own order keeps every token', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'grapheme' }), (text) => {
      const written = serialize(parseJson(text).root, { names: 'document', html: 'plain', numbers: 'text' });
      assert.deepEqual(plain(parseJson(written).root), plain(parseJson(text).root));
    }),
  );
});
