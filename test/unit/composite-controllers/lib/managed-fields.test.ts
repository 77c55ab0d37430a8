import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handOver } from '../../../../composite-controllers/lib/managed-fields.ts';
import type { ManagedFields } from '../../../../composite-controllers/lib/objects.ts';

const entry = (
  manager: string,
  operation: 'Apply' | 'Update',
  keys: readonly string[],
  time = '2026-01-01T00:00:00Z',
): ManagedFields => ({
  manager,
  operation,
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:data': Object.fromEntries(['.', ...keys.map((key) => `f:${key}`)].map((key) => [key, {}])) },
});
const isOld = ({ manager }: ManagedFields) => manager === 'old';

test('all that the former writers own becomes the heir’s, in one entry; what others own stays theirs', () => {
  const stranger = entry('kubectl', 'Update', ['theirs']);
  const moved = handOver(
    [
      entry('old', 'Update', ['a', 'shared'], '2026-01-03T00:00:00Z'),
      stranger,
      entry('heir', 'Apply', ['shared', 'b'], '2026-01-02T00:00:00Z'),
      entry('old', 'Apply', ['__proto__']),
    ],
    isOld,
    'heir',
  );
  // As it is sent: `__proto__` is a key like any other.
  assert.equal(
    JSON.stringify(moved),
    JSON.stringify([
      stranger,
      {
        manager: 'heir',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:shared': {}, 'f:b': {}, 'f:__proto__': {} } },
        time: '2026-01-03T00:00:00Z',
      },
    ]),
  );
});

test('an Update entry of the heir itself is another writer’s', () => {
  const own = entry('heir', 'Update', ['a']);
  const moved = handOver([own], ({ operation }) => operation === 'Update', 'heir');
  assert.deepEqual(moved, [{ ...own, operation: 'Apply' }]);
});

test('the heir gets what it is given besides', () => {
  const moved = handOver([entry('old', 'Apply', ['a'])], isOld, 'heir', { 'f:type': {} });
  assert.deepEqual(moved?.[0]?.fieldsV1, { 'f:data': { '.': {}, 'f:a': {} }, 'f:type': {} });
});

test('there is nothing to do when only the heir, or nobody, has written', () => {
  assert.equal(handOver([], isOld, 'heir'), undefined);
  assert.equal(
    handOver([entry('heir', 'Apply', ['a'])], () => true, 'heir'),
    undefined,
  );
});
