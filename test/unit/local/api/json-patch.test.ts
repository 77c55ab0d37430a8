import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from '../../../../local/api/json-patch.ts';
import { failsWith } from './fixtures.ts';

const document = JSON.parse('{"a/b":{"c~d":1},"list":[1,2],"__proto__":{"x":1}}');

const patched: [string, object, string][] = [
  ['escapes in a path', { op: 'replace', path: '/a~1b/c~0d', value: 2 }, '/a~1b/c~0d'],
  ['a member named __proto__', { op: 'add', path: '/__proto__/y', value: 2 }, '/__proto__/y'],
  ['the end of a list', { op: 'add', path: '/list/-', value: 2 }, '/list/2'],
  ['a place in a list', { op: 'add', path: '/list/0', value: 2 }, '/list/0'],
];
for (const [what, operation, path] of patched)
  test(`a JSON patch reaches ${what}`, () => {
    const after = applyJsonPatch(document, [operation, { op: 'test', path, value: 2 }]);
    assert.notDeepEqual(after, document);
    assert.equal(Object.getPrototypeOf(after), Object.prototype);
  });

const refused: [string, unknown][] = [
  ['a path into nothing', [{ op: 'add', path: '/none/x', value: 1 }]],
  ['the removal of nothing', [{ op: 'remove', path: '/none' }]],
  ['a failed test', [{ op: 'test', path: '/list/0', value: 9 }]],
  ['a path past the end', [{ op: 'add', path: '/list/3', value: 1 }]],
  ['an index with a leading zero', [{ op: 'replace', path: '/list/01', value: 1 }]],
  ['an inherited member', [{ op: 'remove', path: '/toString' }]],
];
for (const [what, patch] of refused)
  test(`a JSON patch is refused for ${what}`, () => {
    assert.throws(() => applyJsonPatch(document, patch), failsWith(422, 'Invalid'));
  });

test('a merge patch removes by null, also inside of what it adds', () => {
  const after = applyMergePatch({ a: 1, b: { c: 1 } }, { a: null, b: { d: { e: null, f: 1 } } });
  assert.deepEqual(after, { b: { c: 1, d: { f: 1 } } });
});

test('a strategic merge patch that would need strategy is refused', () => {
  assert.deepEqual(applyStrategicPatch({ a: 1 }, { b: { c: 2 } }), { a: 1, b: { c: 2 } });
  for (const patch of [{ finalizers: ['x'] }, { data: { $patch: 'replace' } }])
    assert.throws(() => applyStrategicPatch({}, patch), failsWith(501, 'NotImplemented'));
});
