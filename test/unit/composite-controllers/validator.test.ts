import assert from 'node:assert/strict';
import { test } from 'node:test';
import { externalSecretSpec } from '../../../composite-controllers/external-secret/schema.ts';
import { compile } from '../../../composite-controllers/validator.ts';
import { K } from '../../../providers/kit/schema.ts';

const check = compile(
  K.object('A sample.', {
    key: K.dataKey('A key.'),
    name: K.optional(K.objectName('A name.')),
    version: K.optional(K.enum('A version.', ['v1', 'v2'])),
    list: K.optional(K.list('A list.', K.object('An item.', { 'a/b~c': K.int('A number.') }))),
    headers: K.optional(K.map('A map.', K.string())),
    interval: K.optional(K.secondsOrDuration('An interval.')),
    count: K.optional(K.int('A number.', { format: 'int32' })),
    large: K.optional(K.int('A number.', { format: 'int64' })),
    ca: K.optional(K.bytes('Bytes.')),
    at: K.optional(K.nullable(K.time('A moment.'))),
    open: K.optional(K.any('Anything.')),
    one: K.optional(
      K.object(
        'One of.',
        { a: K.optional(K.string('A.')), b: K.optional(K.string('B.')) },
        { minProperties: 1, maxProperties: 1 },
      ),
    ),
  }),
);

const valid: readonly object[] = [
  { key: 'tls.crt' },
  { key: 'a', name: 'my.store-1', version: 'v2', list: [{ 'a/b~c': 1 }], headers: { 'X-A': '' } },
  { key: 'a', interval: 0 },
  { key: 'a', interval: '1h30m' },
  { key: 'a', interval: '+1.5h.5m3µs' },
  { key: 'a', interval: '0' },
  { key: 'a', count: -(2 ** 31), large: 2 ** 53 },
  { key: 'a', ca: '' },
  { key: 'a', ca: 'LS0tLS1CRUdJTg==\n' },
  { key: 'a', at: null },
  { key: 'a', at: '2026-11-24T11:06:00Z' },
  { key: 'a', at: '2026-11-24T11:06:00.123+01:00' },
  { key: 'a', open: { at: [{ will: null }] } },
  { key: 'a', one: { b: '' } },
  // The API server prunes unknown fields; there is nothing to say about them.
  { key: 'a', unknown: 1 },
];

for (const value of valid) {
  test(`accepts what the API server accepts: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(check(value), []);
  });
}

const invalid: readonly [object, string, string | RegExp][] = [
  [{}, 'key', 'is required'],
  [{ key: 'a', list: [{ 'a/b~c': 1 }, {}] }, 'list[1].a/b~c', 'is required'],
  [{ key: 'a', list: [{ 'a/b~c': '7' }] }, 'list[0].a/b~c', 'must be integer'],
  [{ key: 'a', version: 'v3' }, 'version', /^must be .*: v1, v2$/],
  [{ key: 'a b' }, 'key', /^must match pattern/],
  [{ key: 'a', name: 'Upper' }, 'name', /^must match pattern/],
  [{ key: '' }, 'key', /^must match pattern/],
  [{ key: 'a', headers: { 'X-A': 1 } }, 'headers.X-A', 'must be string'],
  [{ key: 'a', interval: '5' }, 'interval', /^must match pattern/],
  [{ key: 'a', interval: '-5s' }, 'interval', /^must match pattern/],
  [{ key: 'a', interval: -5 }, 'interval', /^must be >= 0/],
  [{ key: 'a', interval: 1.5 }, 'interval', 'must be an integer or a string'],
  [{ key: 'a', interval: true }, 'interval', 'must be an integer or a string'],
  [{ key: 'a', count: 2 ** 31 }, 'count', /int32/],
  [{ key: 'a', large: 1e19 }, 'large', /int64/],
  [{ key: 'a', ca: 'no base64' }, 'ca', /byte/],
  [{ key: 'a', ca: 'LS0tLS1CRUdJTg=' }, 'ca', /byte/],
  [{ key: 'a', at: 'yesterday' }, 'at', /date-time/],
  [{ key: 'a', at: '2026-13-24T11:06:00Z' }, 'at', /date-time/],
  [{ key: 'a', open: 'text' }, 'open', 'must be object'],
  [{ key: 'a', one: {} }, 'one', /fewer than 1/],
  [{ key: 'a', one: { a: '', b: '' } }, 'one', /more than 1/],
];

for (const [value, path, message] of invalid) {
  test(`names field and rule of ${JSON.stringify(value)}`, () => {
    const problems = check(value);
    assert.deepEqual([...new Set(problems.map((problem) => problem.path))], [path]);
    const told = problems.map((problem) => problem.message);
    assert.ok(
      told.some((text) => (typeof message === 'string' ? text === message : message.test(text))),
      told.join('; '),
    );
  });
}

test('no message quotes a value: a secret pasted into the wrong field stays where it is', () => {
  const canary = 'hunter2-canary value';
  const problems = check({
    key: canary,
    name: canary,
    version: canary,
    list: canary,
    headers: { a: { b: canary } },
    interval: canary,
    count: canary,
    large: canary,
    ca: canary,
    at: canary,
    open: canary,
    one: canary,
  });
  assert.ok(problems.length >= 12, `${problems.length} problems`);
  assert.doesNotMatch(JSON.stringify(problems), /canary|hunter2/);
});

test('a value is left as it is: nothing is converted, filled in or removed', () => {
  const spec = { refreshInterval: '1h', data: [{ secretKey: 'a', remoteRef: { key: 'b' }, unknown: 1 }] };
  const before = structuredClone(spec);
  assert.deepEqual(compile(externalSecretSpec)(spec), []);
  assert.deepEqual(spec, before);
});

test('patterns take linear time: a hostile string does not hold up the event loop', {
  timeout: 20_000,
}, () => {
  // Backtracking engines need quadratic time and more for these.
  assert.equal(check({ key: 'a', interval: '1'.repeat(200_000) })[0]?.path, 'interval');
  assert.equal(check({ key: 'a', name: `${'a-'.repeat(100_000)}!` })[0]?.path, 'name');
});

test('a wholly broken object gives a bounded number of problems', () => {
  assert.equal(check({ key: 'a', list: Array.from({ length: 1000 }, () => ({})) }).length, 20);
});
