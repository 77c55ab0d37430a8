import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchReaderOptions, createBatchReader } from '../../../../providers/aws/batch-reader.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { AwsFault, put } from '../../../fakes/aws-model.ts';
import { aws, callsSince, connect, rejects, signal, text } from './loopback.ts';

const hour = 3_600_000;
const keys = (count: number) => Array.from({ length: count }, (_, index) => `key/${index}`);

/** A reader of a backend that holds every id as its own value, and what it was asked. */
function recorded(overrides: Partial<BatchReaderOptions> = {}) {
  const asked: string[] = [];
  const reader = createBatchReader({
    size: 20,
    now: () => 0,
    ...overrides,
    async one(wanted, within) {
      asked.push(wanted.id);
      return overrides.one?.(wanted, within) ?? Buffer.from(wanted.id);
    },
    async many(ids, within) {
      asked.push(`${ids.length} at once`);
      return overrides.many?.(ids, within) ?? new Map(ids.map((id) => [id, Buffer.from(id)]));
    },
  });
  const read = (id: string, within = signal()) => reader.read({ id, what: id }, within).then(text);
  return { asked, reader, read };
}

test('what is asked for in one turn comes in as few calls as the limit allows', async () => {
  const rows: [ids: string[], asked: string[]][] = [
    [['a'], ['a']],
    [['a', 'b'], ['2 at once']],
    [['a', 'a', 'b'], ['2 at once']],
    [keys(20), ['20 at once']],
    [keys(45), ['20 at once', '20 at once', '5 at once']],
    [keys(21), ['20 at once', 'key/20']],
  ];
  for (const [ids, expected] of rows) {
    const { asked, read } = recorded();
    assert.deepEqual(await Promise.all(ids.map((id) => read(id))), ids);
    assert.deepEqual(asked, expected);
  }
  const { asked, read } = recorded();
  await read('a');
  await read('b');
  assert.deepEqual(asked, ['a', 'b']);
});

test('a refused batch action is remembered for an hour; the reads are made one by one', async () => {
  let time = 0;
  const { asked, read } = recorded({
    now: () => time,
    many: () => Promise.reject(new ProviderError('Denied')),
  });
  const both = () => Promise.all([read('a'), read('b')]);
  for (const [at, expected] of [
    [0, ['2 at once', 'a', 'b']],
    [hour - 1, ['a', 'b']],
    [hour, ['2 at once', 'a', 'b']],
  ] as const) {
    time = at;
    asked.length = 0;
    assert.deepEqual(await both(), ['a', 'b']);
    assert.deepEqual(asked, expected);
  }
});

test('a batch that one key spoils is read one by one, and the next is tried again', async () => {
  const { asked, read } = recorded({
    many: () => Promise.reject(new ProviderError('Rejected')),
    one: ({ id }) =>
      id === 'bad' ? Promise.reject(new ProviderError('Rejected')) : Promise.resolve(Buffer.from(id)),
  });
  const both = () => Promise.allSettled([read('good'), read('bad')]);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(
      (await both()).map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
  assert.deepEqual(asked, ['2 at once', 'good', 'bad', '2 at once', 'good', 'bad']);
});

test('a backend that is not well fails all of a batch, without a call for each', async () => {
  for (const code of ['Unavailable', 'Throttled', 'LoginFailed', 'Malformed'] as const) {
    const { asked, read } = recorded({ many: () => Promise.reject(new ProviderError(code)) });
    const outcomes = await Promise.allSettled([read('a'), read('b')]);
    assert(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === code));
    assert.deepEqual(asked, ['2 at once']);
  }
});

test('who gives up leaves the others of the batch alone', async () => {
  const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, Uint8Array>>();
  const { read } = recorded({ many: () => promise });
  const impatient = new AbortController();
  const [left, right] = [read('a', impatient.signal), read('b')];
  impatient.abort();
  await assert.rejects(left, { code: 'Timeout' });
  resolve(new Map([['b', Buffer.from('b')]]));
  assert.equal(await right, 'b');
});

test('of AWS: one batch for many keys, and each its own error', async (t) => {
  put(aws.secrets, 'good', 'value');
  put(aws.secrets, 'also/good', 'other');
  const client = await connect(t);
  const start = aws.calls.length;
  const [good, other, absent] = await Promise.allSettled(
    ['good', 'also/good', 'absent'].map((key) => client.read({ key }, signal())),
  );
  assert(good?.status === 'fulfilled' && text(good.value.value()) === 'value');
  assert(other?.status === 'fulfilled' && text(other.value.value()) === 'other');
  assert(absent?.status === 'rejected' && absent.reason.code === 'NotFound');
  assert.deepEqual(callsSince(start), ['BatchGetSecretValue', 'GetSecretValue']);
});

test('of AWS: a policy without the batch action costs one refusal, for reads and for find', async (t) => {
  aws.secrets.clear();
  for (const key of keys(40)) put(aws.secrets, key, key);
  aws.fail('BatchGetSecretValue', new AwsFault('AccessDeniedException'));
  const client = await connect(t);
  await Promise.all(keys(2).map((key) => client.read({ key }, signal())));
  const start = aws.calls.length;
  assert.equal((await client.find!({ name: '.' }, signal())).size, 40);
  assert.deepEqual(new Set(callsSince(start)), new Set(['ListSecrets', 'GetSecretValue']));
  assert.equal(callsSince(start).length, 41);
  aws.fail('GetSecretValue', new AwsFault('AccessDeniedException'));
  await rejects(client.find!({ name: '.' }, signal()), 'Denied');
});
