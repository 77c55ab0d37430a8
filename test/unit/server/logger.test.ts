import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogFields } from '../../../composite-controllers/lib/ports.ts';
import { ProviderError } from '../../../providers/kit/errors.ts';
import { HookError } from '../../../server/errors.ts';
import { createLogger, failureFields } from '../../../server/logger.ts';
import { UnsafeResponse } from '../../../server/response.ts';
import { captureLog } from '../../support/log-capture.ts';

test('a line is JSON with a time, a level in words, the fields and the message', () => {
  const log = captureLog();
  createLogger('info', log.stream).info(
    { namespace: 'team-a', name: 'app', ms: 3, code: undefined },
    'synced',
  );
  const [{ time, ...line } = {}] = log.records();
  assert.deepEqual(line, { level: 'info', namespace: 'team-a', name: 'app', ms: 3, msg: 'synced' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('lines below the level are not written', () => {
  const log = captureLog();
  const logger = createLogger('warn', log.stream);
  logger.debug({}, 'a');
  logger.info({}, 'b');
  logger.warn({}, 'c');
  logger.error({}, 'd');
  assert.deepEqual(
    log.records().map(({ msg }) => msg),
    ['c', 'd'],
  );
});

test('an object never gets into a line, whatever way it took around the types', () => {
  const log = captureLog();
  const fields = {
    parent: { spec: 'hunter2' },
    err: new Error('hunter2'),
    req: { headers: { authorization: 'hunter2' } },
    list: ['hunter2'],
    bytes: Buffer.from('hunter2'),
    lazy: () => 'hunter2',
    name: 'app',
  } as unknown as LogFields;
  createLogger('trace', log.stream).info(fields, 'said');
  assert.doesNotMatch(log.text(), /hunter2|aHVudGVyMg|104,117/);
  assert.equal(log.records()[0]?.name, 'app');
});

test('a long text is cut', () => {
  const log = captureLog();
  createLogger('info', log.stream).info({ name: 'x'.repeat(5_000) }, 'said');
  assert.equal(String(log.records()[0]?.name).length, 1_000);
});

describe('of an error only its class, its code and the place in our own files are said', () => {
  const thrown = (error: unknown) => JSON.stringify(failureFields(error));

  test('never its message, its cause or what an SDK hung on it', () => {
    const error = Object.assign(new TypeError('hunter2', { cause: new Error('hunter2') }), {
      code: 'ECONNREFUSED',
      config: { headers: { 'X-Vault-Token': 'hunter2' } },
      response: 'hunter2',
    });
    assert.doesNotMatch(thrown(error), /hunter2/);
    assert.equal(failureFields(error).error, 'TypeError');
    assert.equal(failureFields(error).code, 'ECONNREFUSED');
  });

  test('nor a name or a code that somebody gave it', () => {
    for (const text of ['hunter2', 'HUNTER2', 'hunter2 is the password'])
      assert.doesNotMatch(thrown(Object.assign(new Error('x'), { name: text, code: text })), /hunter2/i);
  });

  test('our own codes are said', () => {
    assert.equal(failureFields(new HookError('Overdue')).code, 'Overdue');
    assert.equal(failureFields(new ProviderError('Denied')).code, 'Denied');
  });

  test('nor what was thrown instead of an error', () => {
    for (const value of ['hunter2', { message: 'hunter2' }, ['hunter2'], null, undefined])
      assert.doesNotMatch(thrown(value), /hunter2/);
  });

  test('nor a message that looks like a frame', () => {
    const error = new Error('first\n    at hunter2 (hunter2/x.ts:1:1)\n    at file:///hunter2.ts:1:1');
    assert.doesNotMatch(thrown(error), /hunter2/);
  });

  test('the place is named by file and line', () => {
    try {
      createLogger('no level' as never);
      assert.fail('the level was accepted');
    } catch (error) {
      assert.match(String(failureFields(error).where), /^server\/logger\.ts:\d+:\d+/);
    }
  });

  test('the rule that a withheld response breaks is named', () => {
    assert.equal(failureFields(new UnsafeResponse('status is an object')).rule, 'status is an object');
    assert.equal(failureFields(Object.assign(new Error('x'), { rule: 'hunter2' })).rule, undefined);
  });
});
