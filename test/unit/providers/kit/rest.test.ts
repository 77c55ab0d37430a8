import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createHttpClient } from '../../../../providers/kit/http.ts';
import { member, stringOf } from '../../../../providers/kit/json/member.ts';
import { loginToken } from '../../../../providers/kit/login.ts';
import { createRestApi, fixedToken, usualCode } from '../../../../providers/kit/rest.ts';
import { type FakeAnswer, type FakeRequest, serveFake } from '../../../fakes/serve.ts';
import { failsWith, soon } from '../../../support/provider-client.ts';

type Answer = (request: FakeRequest) => FakeAnswer;

async function setup(t: TestContext, answer: Answer, tokens: readonly string[] = ['first']) {
  const fake = await serveFake(answer);
  t.after(() => fake.close());
  const http = createHttpClient();
  t.after(() => http.close());
  const calls: string[] = [];
  let logins = 0;
  const logIn = async () => ({
    value: tokens[Math.min(logins++, tokens.length - 1)] ?? '',
    renewAt: Number.POSITIVE_INFINITY,
  });
  const api = createRestApi({
    base: `${fake.url}/v1/`,
    http,
    calls: { countCall: (call, outcome) => void calls.push(`${call} ${outcome}`) },
    token: tokens.length === 1 ? fixedToken('first') : loginToken(logIn, Date.now),
    explain: ({ status }, body) => {
      const error = stringOf(member(body, 'error'));
      if (error === undefined) return undefined;
      return { code: error === 'absent' ? 'NotFound' : usualCode(status), backendCode: error };
    },
  });
  const ask = (more: object = {}) => ({ path: '/a', call: 'Get', what: 'a', signal: soon(), ...more });
  return { fake, api, calls, ask, logins: () => logins };
}

test('a request has the address, the query without what is undefined, JSON, and the token', async (t) => {
  const { fake, api, ask, calls } = await setup(t, () => ({ body: { a: 1 } }));
  await api.json(ask({ method: 'POST', query: { x: 'a b', y: undefined }, body: { k: 'v' } }));
  const [request] = fake.requests;
  assert.equal(`${request?.method} ${request?.url}`, 'POST /v1/a?x=a+b');
  assert.equal(request?.headers.authorization, 'Bearer first');
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.equal(String(request?.body), '{"k":"v"}');
  assert.deepEqual(calls, ['Get success']);
});

test('only what the backend says in its own words is an absence', async (t) => {
  const answers: FakeAnswer[] = [
    { status: 404, body: { error: 'absent' } },
    { status: 404, body: { error: 'no_such_project' } },
    { status: 404, body: '<html>' },
    { status: 404, body: { message: 'a gateway' } },
    { status: 200, body: '<html>' },
  ];
  const { api, ask } = await setup(t, () => answers.shift() ?? {});
  assert.equal(await api.find(ask()), undefined);
  const error = await failsWith(api.find(ask()), 'Rejected');
  assert.equal(error.details.backendCode, 'no_such_project');
  for (let left = 3; left > 0; left--) await failsWith(api.find(ask()), 'Malformed');
});

test('every status has its code', async (t) => {
  const answers: [FakeAnswer, Parameters<typeof failsWith>[1]][] = [
    [{ status: 401 }, 'LoginFailed'],
    [{ status: 403 }, 'Denied'],
    [{ status: 409, body: { error: 'x' } }, 'Conflict'],
    [{ status: 400, body: { error: 'x' } }, 'Rejected'],
    [{ status: 400, body: 'x' }, 'Malformed'],
    [{ status: 302, headers: { location: '/login' } }, 'Malformed'],
    [{ status: 500, body: { error: 'absent' } }, 'Unavailable'],
    [{ status: 503, body: '<html>' }, 'Unavailable'],
  ];
  let next: FakeAnswer = {};
  const { api, ask } = await setup(t, () => next);
  for (const [answer, code] of answers) {
    next = answer;
    await failsWith(api.json(ask()), code);
  }
  next = { status: 429, headers: { 'retry-after': '7' }, body: { error: 'absent' } };
  assert.equal((await failsWith(api.find(ask()), 'Throttled')).details.retryAfter, 7);
});

test('a refused token is replaced once, for all who were refused at the same time', async (t) => {
  const says = ({ headers }: FakeRequest) =>
    headers.authorization === 'Bearer second' ? { body: {} } : { status: 401, body: { error: 'expired' } };
  const { api, ask, logins } = await setup(t, says, ['first', 'second']);
  await Promise.all(Array.from({ length: 10 }, () => api.json(ask())));
  assert.equal(logins(), 2);
});

test('a token that is refused anew fails the login, and one that stands in a Secret is not sent twice', async (t) => {
  const refusal = () => ({ status: 401, body: { error: 'unknown' } });
  const renewed = await setup(t, refusal, ['first', 'second']);
  await failsWith(renewed.api.json(renewed.ask()), 'LoginFailed');
  assert.equal(renewed.fake.requests.length, 2);
  const fixed = await setup(t, refusal);
  await failsWith(fixed.api.json(fixed.ask()), 'LoginFailed');
  assert.equal(fixed.fake.requests.length, 1);
});
