import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AnswerCode, answers, bodyOf } from '../../../server/errors.ts';
import {
  answering,
  controllerThat,
  customizeBody,
  hookApp,
  parent,
  syncBody,
} from '../../support/hook-app.ts';

const sync = '/hooks/externalsecret/sync';
const customize = '/hooks/externalsecret/customize';

const _secret = (data: string): string =>
  `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"app","namespace":"team-a"},"data":${data}}`;
const withChild = (child: string): string =>
  JSON.stringify(syncBody).replace('"children":{}', `"children":{"Secret.v1":{"team-a/app":${child}}}`);
const without = (field: string) =>
  Object.fromEntries(Object.entries(syncBody).filter(([key]) => key !== field));
const withParent = (fields: object) => ({ ...syncBody, parent: { ...parent, ...fields } });

describe('what is no call of the hook gets one constant answer per kind of mistake', () => {
  const cases: readonly [what: string, body: object | string, answer: AnswerCode, path?: string][] = [
    ['nothing', '', 'Malformed'],
    ['a cut body', JSON.stringify(syncBody).slice(0, -3), 'Malformed'],
    ['HTML', '<html>', 'Malformed'],
    ['null', 'null', 'NotAHookCall'],
    ['a list', '[]', 'NotAHookCall'],
    ['a text', '"sync"', 'NotAHookCall'],
    ['no parent', without('parent'), 'NotAHookCall'],
    ['no controller', without('controller'), 'NotAHookCall'],
    ['no children', without('children'), 'NotAHookCall'],
    ['no related', without('related'), 'NotAHookCall'],
    ['no finalizing', without('finalizing'), 'NotAHookCall'],
    ['finalizing as text', { ...syncBody, finalizing: 'false' }, 'NotAHookCall'],
    ['an unknown field', { ...syncBody, attachments: {} }, 'NotAHookCall'],
    ['a field called __proto__', JSON.stringify(syncBody).replace('{', '{"__proto__":{},'), 'NotAHookCall'],
    ['children as a list', { ...syncBody, children: [] }, 'NotAHookCall'],
    ['children as null', { ...syncBody, children: null }, 'NotAHookCall'],
    ['a child that is null', withChild('null'), 'NotAHookCall'],
    ['a child without a kind', withChild('{"apiVersion":"v1","metadata":{"name":"a"}}'), 'NotAHookCall'],
    ['related as text', { ...syncBody, related: 'x' }, 'NotAHookCall'],
    ['a group as null', { ...syncBody, related: { 'Secret.v1': null } }, 'NotAHookCall'],
    ['a parent that is null', { ...syncBody, parent: null }, 'NotAHookCall'],
    ['a parent of another kind', withParent({ kind: 'PushSecret' }), 'NotAHookCall'],
    ['a parent without metadata', withParent({ metadata: undefined }), 'NotAHookCall'],
    ['a parent without a uid', withParent({ metadata: { name: 'a', namespace: 'b' } }), 'NotAHookCall'],
    ['a parent without a name', withParent({ metadata: { uid: 'a', namespace: 'b' } }), 'NotAHookCall'],
    ['an empty name', withParent({ metadata: { uid: 'a', name: '' } }), 'NotAHookCall'],
    [
      'a uid that only a prototype has',
      JSON.stringify(syncBody).replace('"uid":"uid-1"', '"__proto__":{"uid":"a"}'),
      'NotAHookCall',
    ],
    ['a sync body for customize', syncBody, 'NotAHookCall', customize],
    ['no parent for customize', { controller: {} }, 'NotAHookCall', customize],
    ['33 MiB', `"${'x'.repeat(33 * 1024 * 1024)}"`, 'TooLarge'],
    ['an unknown controller', syncBody, 'NotFound', '/hooks/deployment/sync'],
    ['an unknown hook', syncBody, 'NotFound', '/hooks/externalsecret/finalize'],
    ['another path', syncBody, 'NotFound', '/'],
    ['a path that is not text', syncBody, 'NotFound', '/hooks/%ff/sync'],
    ['a very long path', syncBody, 'NotFound', `/hooks/${'x'.repeat(5_000)}/sync`],
  ];
  for (const [what, body, answer, path = sync] of cases) {
    test(what, async () => {
      const { post } = hookApp(controllerThat(() => assert.fail('a controller was called')));
      const response = await post(path, body);
      assert.equal(response.statusCode, answers[answer].status);
      assert.equal(response.body, bodyOf(answer));
      assert.equal(response.headers['content-type'], 'application/json; charset=utf-8');
    });
  }

  test('a body of another type', async () => {
    const { post } = hookApp(controllerThat(() => answering()));
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const response = await post(sync, syncBody, { 'content-type': type });
      assert.equal(response.statusCode, 415);
      assert.equal(response.body, bodyOf('NotJson'));
    }
  });
});

describe('authentication', () => {
  const auth = {
    accepts: ({ headers }: { headers: { authorization?: string | undefined } }) =>
      headers.authorization === 'Bearer good',
    stop() {},
  };

  test('comes before everything but the probes, also before a body is read', async () => {
    const { app, post } = hookApp(
      controllerThat(() => assert.fail('a controller was called')),
      { auth },
    );
    const refused = [
      await post(sync, syncBody),
      await post(sync, 'not JSON'),
      await post(sync, syncBody, { authorization: 'Bearer bad' }),
      await post(customize, customizeBody),
      await post('/nowhere', syncBody),
      await app.inject('/metrics'),
    ];
    for (const response of refused) {
      assert.equal(response.statusCode, 401);
      assert.equal(response.body, bodyOf('Unauthorized'));
    }
  });

  test('lets the hooks and the metrics be used with a token, and the probes without', async () => {
    const { app, post } = hookApp(
      controllerThat(() => answering()),
      { auth },
    );
    assert.equal((await post(sync, syncBody, { authorization: 'Bearer good' })).statusCode, 200);
    assert.equal(
      (await app.inject({ url: '/metrics', headers: { authorization: 'Bearer good' } })).statusCode,
      200,
    );
    assert.equal((await app.inject('/livez')).statusCode, 200);
    assert.equal((await app.inject('/readyz')).statusCode, 200);
  });
});

test('a process that stops is alive, not ready, and still answers calls', async () => {
  const { app, post } = hookApp(
    controllerThat(() => answering()),
    { ready: () => false },
  );
  assert.equal((await app.inject('/livez')).statusCode, 200);
  const readiness = await app.inject('/readyz');
  assert.equal(readiness.statusCode, 503);
  assert.equal(readiness.body, bodyOf('Stopping'));
  const response = await post(sync, syncBody);
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers.connection, 'close', 'HTTP/1.1 callers take their next call elsewhere');
});

test('the bodies of all answers are constant, distinct and value-free JSON', () => {
  const codes = Object.keys(answers) as AnswerCode[];
  assert.equal(new Set(codes.map(bodyOf)).size, codes.length);
  for (const code of codes) assert.deepEqual(JSON.parse(bodyOf(code)), { code, message: answers[code].text });
});
