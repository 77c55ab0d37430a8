import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { createSession } from '../../../../providers/kit/vault/session.ts';

function surroundings({ seconds = 1000, revocable = true } = {}) {
  const state = { clock: 0, logins: 0, revoked: [] as string[], fail: false };
  const session = createSession(
    { kind: 'login', request: async () => ({ path: 'auth/x/login', body: {} }) },
    {
      now: () => state.clock,
      async login() {
        await Promise.resolve();
        if (state.fail) throw new ProviderError('LoginFailed');
        return { token: `token-${++state.logins}`, seconds, revocable };
      },
      revoke: async (token) => {
        state.revoked.push(token);
      },
    },
  );
  return { state, session };
}

const alive = async () => false;
const dead = async () => true;

test('one login serves everybody until shortly before the token expires', async () => {
  const rows: [seconds: number, renewedAfter: number][] = [
    [3600, 3540],
    [100, 90],
    [10, 9],
  ];
  for (const [seconds, renewedAfter] of rows) {
    const { state, session } = surroundings({ seconds });
    const many = () => Promise.all(Array.from({ length: 50 }, () => session.token()));
    assert.deepEqual(new Set(await many()), new Set(['token-1']));
    state.clock = renewedAfter * 1000 - 1;
    assert.deepEqual(new Set(await many()), new Set(['token-1']));
    state.clock = renewedAfter * 1000;
    assert.deepEqual(new Set(await many()), new Set(['token-2']));
  }
});

test('a token without an end is never renewed', async () => {
  const { state, session } = surroundings({ seconds: 0 });
  await session.token();
  state.clock = Number.MAX_SAFE_INTEGER;
  assert.equal(await session.token(), 'token-1');
});

test('many refusals of one token make one login, and the old token is given back', async () => {
  const { state, session } = surroundings();
  const refused = await session.token();
  const replacements = await Promise.all(
    Array.from({ length: 50 }, () => session.replacement(refused, alive)),
  );
  assert.deepEqual(new Set(replacements), new Set(['token-2']));
  assert.deepEqual(state.revoked, ['token-1']);
  assert.equal(
    await session.replacement(refused, alive),
    'token-2',
    'a late refusal of the old token finds the new one',
  );
  assert.equal(state.logins, 2);
});

test('a key that stays forbidden costs at most one login a minute', async () => {
  const { state, session } = surroundings();
  const second = await session.replacement(await session.token(), alive);
  assert.equal(await session.replacement(second, alive), undefined);
  state.clock = 59_999;
  assert.equal(await session.replacement(second, alive), undefined);
  state.clock = 60_000;
  assert.equal(await session.replacement(second, alive), 'token-3');
});

test('a token that dies soon after such a login is replaced all the same, once for all', async () => {
  const { state, session } = surroundings();
  const second = await session.replacement(await session.token(), alive);
  const replacements = await Promise.all(Array.from({ length: 50 }, () => session.replacement(second, dead)));
  assert.deepEqual(new Set(replacements), new Set(['token-3']));
  assert.equal(state.logins, 3);
});

test('a failed login is told to all who wait, and tried anew by the next', async () => {
  const { state, session } = surroundings();
  state.fail = true;
  const outcomes = await Promise.allSettled([session.token(), session.token()]);
  assert(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'LoginFailed'));
  state.fail = false;
  assert.equal(await session.token(), 'token-1');
});

test('closing gives back what a login gave, unless it cannot be revoked', async () => {
  const used = surroundings();
  await used.session.token();
  await used.session.close();
  assert.deepEqual(used.state.revoked, ['token-1']);

  const batch = surroundings({ revocable: false });
  await batch.session.token();
  await batch.session.close();
  assert.deepEqual(batch.state.revoked, []);

  const unused = surroundings();
  await unused.session.close();
  assert.equal(unused.state.logins, 0);
});

test('a given token is neither replaced nor revoked', async () => {
  const revoked: string[] = [];
  const deps = {
    now: () => 0,
    login: () => assert.fail('no login'),
    revoke: async (token: string) => {
      revoked.push(token);
    },
  };
  const session = createSession({ kind: 'token', token: 'given' }, deps);
  assert.equal(await session.token(), 'given');
  assert.equal(await session.replacement('given', alive), undefined);
  await session.close();
  assert.deepEqual(revoked, []);
  const agent = createSession({ kind: 'none' }, deps);
  assert.equal(await agent.token(), undefined);
});
