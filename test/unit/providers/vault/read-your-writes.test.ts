import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VaultRequest } from '../../../../providers/kit/vault/transport.ts';
import { type ReadYourWrites, readYourWrites } from '../../../../providers/vault/read-your-writes.ts';
import { signal, text } from './loopback.ts';
import { startStub } from './stub.ts';

const state = (local: number, replicated: number, cluster = 'c1') =>
  Buffer.from(`v1:${cluster}:${local}:${replicated}:00ff`).toString('base64');

/** A transport that gives these answers in turn, and what it was asked. */
function scripted(mode: ReadYourWrites, ...answers: { status?: number; index?: string }[]) {
  const sent: (VaultRequest['headers'] | undefined)[] = [];
  const send = readYourWrites(
    async ({ headers }) => {
      sent.push(headers);
      const { status = 200, index } = answers.shift() ?? {};
      return {
        status,
        headers: index === undefined ? {} : { 'x-vault-index': index },
        bytes: new Uint8Array(),
      };
    },
    mode,
    { maxRetries: 2, intervalMs: 0 },
  );
  const ask = () => send({ method: 'GET', path: 'secret/data/x' });
  return { ask, sent };
}

test('each request tells of the newest state that an answer told of', async () => {
  const rows: [told: string[], next: string[] | undefined][] = [
    [[], undefined],
    [[state(1, 1)], [state(1, 1)]],
    [[state(1, 1), state(2, 1)], [state(2, 1)]],
    [[state(2, 1), state(1, 1)], [state(2, 1)]],
    [
      [state(2, 1), state(1, 2)],
      [state(2, 1), state(1, 2)],
    ],
    [[state(2, 1), state(1, 2), state(2, 2)], [state(2, 2)]],
    [[state(9, 9), state(1, 1, 'c2')], [state(1, 1, 'c2')]],
    [[state(18_000, 1), state(2_000, 1)], [state(18_000, 1)]],
    [[state(1, 1), 'of a later form'], ['of a later form']],
    [['of a later form', state(1, 1)], [state(1, 1)]],
  ];
  for (const [told, next] of rows) {
    const { ask, sent } = scripted('wait', ...told.map((index) => ({ index })));
    for (const _ of told) await ask();
    await ask();
    assert.deepEqual(sent.at(-1)?.['x-vault-index'], next, told.join());
  }
});

test('a replica that lags is asked twice more, and then its refusal is the answer', async () => {
  const lags = { status: 412 };
  const late = scripted('wait', lags, lags, { status: 200 });
  assert.equal((await late.ask()).status, 200);
  assert.equal(late.sent.length, 3);
  const dead = scripted('wait', lags, lags, lags, lags);
  assert.equal((await dead.ask()).status, 412);
  assert.equal(dead.sent.length, 3);
  const failed = scripted('wait', { status: 500 });
  assert.equal((await failed.ask()).status, 500);
  assert.equal(failed.sent.length, 1);
});

test('a caller that gives up does not wait for a replica', async () => {
  const send = readYourWrites(async () => ({ status: 412, headers: {}, bytes: new Uint8Array() }), 'wait');
  const { status } = await send({ method: 'GET', path: 'x', signal: AbortSignal.timeout(1) });
  assert.equal(status, 412);
});

test('the flags of a store decide what goes to the server', async (t) => {
  const rows: [readYourWrites: boolean, forwardInconsistent: boolean, index: boolean, forward: boolean][] = [
    [false, false, false, false],
    [true, false, true, false],
    [false, true, true, false],
    [true, true, true, true],
  ];
  for (const [flag, forwardInconsistent, index, forward] of rows) {
    const vault = await startStub(t, { index: state(7, 7) });
    const client = await vault.connect({ readYourWrites: flag, forwardInconsistent });
    const secret = await client.read({ key: 'x' }, signal());
    assert.equal(text(secret.value('a')), 'b');
    const [login, read] = vault.proxy.requests;
    assert.equal(login?.headers['x-vault-index'], undefined, 'nothing is known before the first answer');
    assert.equal(read?.headers['x-vault-index'], index ? state(7, 7) : undefined);
    for (const { headers } of vault.proxy.requests)
      assert.equal(headers['x-vault-inconsistent'], forward ? 'forward-active-node' : undefined);
  }
});
