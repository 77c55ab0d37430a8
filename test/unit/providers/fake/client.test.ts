import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectFake } from '../../../../providers/fake/client.ts';
import { fake } from '../../../../providers/fake/index.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { SecretMap } from '../../../../providers/kit/provider.ts';

const signal = AbortSignal.timeout(10_000);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));
const scope = { kind: 'SecretStore', name: 'fake', namespace: 'team' } as const;

async function rejects(work: Promise<unknown>, code: ProviderErrorCode): Promise<void> {
  await assert.rejects(work, (error) => error instanceof ProviderError && error.code === code, code);
}

test('a version is found only by its name, and there is no latest one', async () => {
  const client = connectFake({
    data: [
      { key: 'foo', value: 'plain' },
      { key: 'foo', value: 'first', version: 'v1' },
      { key: 'foov1', value: 'other' },
      { key: 'only', value: 'x', version: 'v1' },
      { key: 'foo', value: 'later' },
    ],
  });
  const read = async (key: string, version?: string) =>
    text((await client.read({ key, ...(version === undefined ? {} : { version }) }, signal)).value());
  assert.equal(await read('foo'), 'later');
  assert.equal(await read('foo', 'v1'), 'first');
  assert.equal(await read('foov1'), 'other');
  await rejects(read('only'), 'NotFound');
  await rejects(read('foo', 'v2'), 'NotFound');
});

test('a missing property is an absent secret, to this provider alone', async () => {
  const client = connectFake({
    data: [
      { key: 'json', value: '{"a":{"b":1.50}}' },
      { key: 'text', value: 'no JSON' },
    ],
  });
  const json = await client.read({ key: 'json' }, signal);
  assert.equal(text(json.value('a')), '{"b":1.50}');
  for (const key of ['json', 'text']) {
    const secret = await client.read({ key }, signal);
    for (const ask of [() => secret.value('zzz'), () => secret.map('zzz')]) {
      assert.throws(ask, (error) => error instanceof ProviderError && error.code === 'NotFound');
    }
  }
});

test('find takes the greatest version of each key and converts the names', async () => {
  const client = connectFake({
    data: [
      { key: 'team/a', value: '9', version: 'v9' },
      { key: 'team/a', value: '10', version: 'v10' },
      { key: 'team/a', value: '0' },
      { key: 'team/b c', value: 'b' },
      { key: 'other', value: 'o' },
    ],
  });
  const find = async (conversionStrategy?: string) =>
    texts(
      await client.find!({ name: '^team/', ...(conversionStrategy ? { conversionStrategy } : {}) }, signal),
    );
  assert.deepEqual(await find(), { team_a: '9', team_b_c: 'b' });
  assert.deepEqual(await find('Unicode'), { team_U002f_a: '9', team_U002f_b_U0020_c: 'b' });
  assert.deepEqual(await find('None'), { 'team/a': '9', 'team/b c': 'b' });
  await rejects(client.find!({ tags: { a: 'b' } }, signal), 'Unsupported');
  const colliding = connectFake({
    data: [
      { key: 'a/b', value: '1' },
      { key: 'a_b', value: '2' },
    ],
  });
  await rejects(colliding.find!({ name: '.' }, signal), 'Rejected');
});

test('the validation of the store comes to what the store says', async () => {
  const check = (validationResult?: number) =>
    connectFake({ data: [], ...(validationResult === undefined ? {} : { validationResult }) }).check(signal);
  assert.equal(await check(), 'ready');
  assert.equal(await check(0), 'ready');
  assert.equal(await check(1), 'unknown');
  await rejects(check(2), 'Misconfigured');
});

test('an entry without key or value is named by its index', () => {
  const data = [
    { key: 'a', value: 'b' },
    { key: '', value: 'b' },
    { key: 'a', value: '' },
  ];
  assert.deepEqual(
    fake.validate({ data }, scope).map(({ path }) => path),
    ['data[1].key', 'data[2].value'],
  );
  assert.deepEqual(fake.references({ data }), []);
});
