import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonError } from '../../../../../providers/kit/json/json-error.ts';
import { deleteProperty } from '../../../../../providers/kit/json/sjson-delete.ts';

const without = (document: string, path: string) => {
  const rest = deleteProperty(Buffer.from(document), path);
  return rest && Buffer.from(rest).toString();
};

test('what a path leads to goes with its comma, and nothing else changes', () => {
  for (const [document, path, rest] of [
    ['{"a":1,"b":1.50, "c":[ 1 ]}', 'b', '{"a":1, "c":[ 1 ]}'],
    ['{"a":1 , "b":2}', 'a', '{ "b":2}'],
    ['{"a":1,"b":2 }', 'b', '{"a":1 }'],
    ['{ "a":1 }', 'a', '{ }'],
    ['{"a":{"x":1,"y":2}}', 'a.x', '{"a":{"y":2}}'],
    ['{"a.b":1,"a":{"b":2}}', 'a\\.b', '{"a":{"b":2}}'],
    ['{"a":[1,2,3]}', 'a.1', '{"a":[1,3]}'],
    ['{"ключ":"1","b":"\ud83d\udd11"}', 'ключ', '{"b":"\ud83d\udd11"}'],
    ['{"__proto__":1}', '__proto__', '{}'],
  ] as const)
    assert.equal(without(document, path), rest, document);
});

test('where nothing is, there is nothing to delete', () => {
  for (const path of ['b', 'a.b', 'a.0', '*', 'a|b', '', '-1'])
    assert.equal(without('{"a":"v"}', path), undefined);
  assert.equal(without('"text"', 'a'), undefined);
  assert.throws(() => without('{"a":', 'a'), JsonError);
});

test('for any object and any of its names the rest parses to the same without it', () => {
  const value = fc.jsonValue({ noUnicodeString: false, maxDepth: 2 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), value, { minKeys: 1 }),
      fc.nat(),
      (object, at) => {
        const names = Object.keys(object);
        const name = names[at % names.length] ?? '';
        const rest = without(JSON.stringify(object, null, 1), name.replace(/[.\\|#@*?:]/gu, '\\$&'));
        const { [name]: _, ...others } = object;
        assert.deepEqual(JSON.parse(rest ?? ''), JSON.parse(JSON.stringify(others)));
      },
    ),
  );
});
