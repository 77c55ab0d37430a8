import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../../providers/turns.ts';

test('work under one key runs one after the other, other keys do not wait, and a failure ends only its own turn', async () => {
  const turns = createTurns();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take('a', async () => {
    log.push('first begins');
    await gate.promise;
    log.push('first fails');
    throw new Error('first');
  });
  const second = turns.take('a', async () => log.push('second'));
  await turns.take('b', async () => log.push('other'));
  assert.deepEqual(log, ['first begins', 'other']);
  gate.resolve();
  await assert.rejects(first, /first/);
  await second;
  assert.deepEqual(log, ['first begins', 'other', 'first fails', 'second']);
  assert.equal(await turns.take('a', async () => 'later'), 'later');
});
