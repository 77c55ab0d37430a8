import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ValueError,
  type ValueErrorCode,
  valueErrors,
  within,
} from '../../../../composite-controllers/lib/errors.ts';

test('every error says what to do, and every place in its text can be filled', () => {
  const details = Object.fromEntries(
    'key keys character strategy operator reason text unit length line column'
      .split(' ')
      .map((name) => [name, '§']),
  );
  for (const code of Object.keys(valueErrors) as ValueErrorCode[]) {
    const error = new ValueError(code, details);
    assert.ok(error.advice.length > 0);
    assert.equal(error.message.split('§').length, valueErrors[code].text.split(/\{\w+\}/).length, code);
  }
});

test('an error tells where it happened, outermost first, and keeps its code and advice', () => {
  const fail = () =>
    within('inner', () => within('innermost', () => raise(new ValueError('KeyCollision', { key: 'k' }))));
  assert.throws(
    () => within('outer', fail),
    (error) =>
      error instanceof ValueError &&
      error.code === 'KeyCollision' &&
      error.message === 'outer: inner: innermost: secret name collision during conversion: k' &&
      error.advice === valueErrors.KeyCollision.advice,
  );
});

test('other errors pass as they are', () => {
  const other = new TypeError('x');
  assert.throws(
    () => within('place', () => raise(other)),
    (error) => error === other,
  );
});

function raise(error: Error): never {
  throw error;
}
