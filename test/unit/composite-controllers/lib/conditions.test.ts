import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rfc3339, setCondition } from '../../../../composite-controllers/lib/conditions.ts';

const at = Date.parse('2024-05-01T10:00:00.750Z');
const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' };
const stored = { ...ready, lastTransitionTime: '2024-01-01T00:00:00Z' };
const other = { type: 'Other', status: 'False' };

test('a new condition is added with the time in whole seconds', () => {
  assert.deepEqual(setCondition([other], ready, at), [
    other,
    { ...ready, lastTransitionTime: '2024-05-01T10:00:00Z' },
  ]);
});

test('an equal condition leaves the very same array, so that no status is written', () => {
  const conditions = [stored, other];
  assert.equal(setCondition(conditions, ready, at), conditions);
});

test('another reason or message keeps the time, another status moves it, and the place stays', () => {
  const reworded = { ...ready, message: 'secret synced again' };
  assert.deepEqual(setCondition([stored, other], reworded, at), [
    { ...reworded, lastTransitionTime: '2024-01-01T00:00:00Z' },
    other,
  ]);
  const failed = { ...ready, status: 'False' };
  assert.deepEqual(setCondition([stored, other], failed, at), [
    { ...failed, lastTransitionTime: '2024-05-01T10:00:00Z' },
    other,
  ]);
});

test('a condition without a reason can be set (ClusterExternalSecret)', () => {
  const bare = { type: 'Ready', status: 'True' };
  assert.deepEqual(setCondition([], bare, 0), [{ ...bare, lastTransitionTime: '1970-01-01T00:00:00Z' }]);
});

test('moments are written as Kubernetes writes them', () => {
  assert.equal(rfc3339(at), '2024-05-01T10:00:00Z');
  assert.equal(rfc3339(999), '1970-01-01T00:00:00Z');
});
