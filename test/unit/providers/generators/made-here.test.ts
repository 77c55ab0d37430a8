import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';

/** What a generator makes, as text; its Secret holds `seed`. */
async function make(kind: string, spec: object, { seed = '', now = 0 } = {}) {
  const deps = {
    credentials: { secret: async () => Buffer.from(seed) },
    now: () => now,
  } as unknown as GenerateDeps;
  const { values, until } = await generatorRegistry.get(kind)!.generate(spec, deps);
  assert.equal(until, undefined, 'it does not end');
  return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString()]));
}
const problems = (kind: string, spec: object) =>
  generatorRegistry.get(kind)!.problems!(spec).map(({ path }) => path);

test('Password: lengths, classes and alphabets are as asked for', async () => {
  const count = (text: string, of: RegExp) => text.match(of)?.length ?? 0;
  for (let i = 0; i < 20; i++) {
    const { password = '' } = await make('Password', {});
    assert.deepEqual(
      [password.length, count(password, /[0-9]/g), count(password, /[a-zA-Z]/g), new Set(password).size],
      [24, 6, 12, 24],
    );
  }
  const { password: letters = '' } = await make('Password', {
    length: 26,
    digits: 0,
    symbols: 0,
    noUpper: true,
  });
  assert.equal([...letters].sort().join(''), 'abcdefghijklmnopqrstuvwxyz');
  const { password: repeated = '' } = await make('Password', {
    length: 400,
    digits: 100,
    symbols: 300,
    symbolCharacters: '-',
    allowRepeat: true,
  });
  assert.deepEqual([count(repeated, /-/g), count(repeated, /[0-9]/g)], [300, 100]);
  const many = await make('Password', { secretKeys: ['a', 'b'] });
  assert.deepEqual(Object.keys(many), ['a', 'b']);
  assert.notEqual(many.a, many.b);
});

test('Password: encodings are those of Go', async () => {
  const letters = { length: 5, digits: 0, symbols: 0, noUpper: true };
  const decoded = {
    base64: (text: string) => Buffer.from(text, 'base64').toString(),
    base64url: (text: string) => Buffer.from(text, 'base64url').toString(),
    hex: (text: string) => Buffer.from(text, 'hex').toString(),
  };
  for (const [encoding, decode] of Object.entries(decoded)) {
    const { password = '' } = await make('Password', { ...letters, encoding });
    assert.match(decode(password), /^[a-z]{5}$/, encoding);
    if (encoding !== 'hex') assert.equal(password.length % 4, 0, 'padded');
  }
  const one = { length: 1, digits: 0, symbols: 1, symbolCharacters: 'f', encoding: 'base32' };
  assert.equal((await make('Password', one)).password, 'MY======', 'RFC 4648, 10');
  assert.equal((await make('Password', { ...one, symbols: 0, digits: 0, length: 0 })).password?.length, 40);
});

test('Password: what cannot be made is said before anything is made', () => {
  assert.deepEqual(problems('Password', {}), []);
  assert.deepEqual(problems('Password', { length: 10, digits: 6, symbols: 5 }), ['length']);
  assert.deepEqual(problems('Password', { length: 80 }), ['digits']);
  assert.deepEqual(problems('Password', { length: 80, digits: 5, symbols: 5 }), ['length']);
  assert.deepEqual(problems('Password', { length: 80, allowRepeat: true }), []);
  assert.deepEqual(problems('Password', { digits: 1, symbols: 3, symbolCharacters: 'ab' }), ['symbols']);
  assert.deepEqual(problems('Password', { digits: -1 }), ['digits']);
  assert.deepEqual(problems('Password', { secretKeys: ['a', 'a'] }), ['secretKeys']);
  assert.deepEqual(problems('Password', { length: 300_000, allowRepeat: true }), ['length']);
});

test('UUID: version 4, another one each time', async () => {
  const { uuid = '' } = await make('UUID', {});
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual((await make('UUID', {})).uuid, uuid);
});

test('Fake: what it holds', async () => {
  assert.deepEqual(await make('Fake', { data: { a: '1', 'b.c': '' } }), { a: '1', 'b.c': '' });
  assert.deepEqual(await make('Fake', {}), {});
});

test('MFA: the vectors of RFC 6238, appendix B', async () => {
  const base32 = { sha1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' };
  const spec = { secret: { name: 's', key: 'k' }, length: 8 };
  for (const [seconds, token] of [
    [59, '94287082'],
    [1111111109, '07081804'],
    [20000000000, '65353130'],
  ] as const)
    assert.equal((await make('MFA', spec, { seed: base32.sha1, now: seconds * 1000 })).token, token);
  const sha256 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA';
  assert.equal(
    (await make('MFA', { ...spec, algorithm: 'sha256' }, { seed: sha256, now: 59_000 })).token,
    '46119246',
  );
});

test('MFA: seeds are read as people write them, and the time that is left is told', async () => {
  const spec = { secret: { name: 's', key: 'k' } };
  const plain = await make('MFA', spec, { seed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', now: 65_000 });
  const spaced = await make('MFA', spec, { seed: 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n', now: 65_000 });
  assert.deepEqual(spaced, plain);
  assert.deepEqual([plain.token?.length, plain.timeLeft], [6, '25']);
  const pinned = await make(
    'MFA',
    { ...spec, when: '1970-01-01T00:01:05Z' },
    { seed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  );
  assert.equal(pinned.token, plain.token);
  await assert.rejects(make('MFA', spec, { seed: 'not base32!' }), (error) => {
    assert.ok(error instanceof ProviderError);
    return error.code === 'Misconfigured' && !error.message.includes('not base32!');
  });
  assert.deepEqual(problems('MFA', { ...spec, algorithm: 'md5', length: 11 }), ['length', 'algorithm']);
});

test('SSHKey: what cannot be a key is said', () => {
  assert.deepEqual(problems('SSHKey', { keyType: 'rsa', keySize: 512 }), ['keySize']);
  assert.deepEqual(problems('SSHKey', { keyType: 'ecdsa', keySize: 256 }), []);
  assert.deepEqual(problems('SSHKey', { comment: 'a\nssh-rsa AAAA' }), ['comment']);
});
