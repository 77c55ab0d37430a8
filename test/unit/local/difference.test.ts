import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { type Difference, difference } from '../../../local/difference.ts';

const secret = (data: Record<string, string>, type?: string): SecretObject =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data,
    ...(type === undefined ? {} : { type }),
  }) as SecretObject;
const changed = { kind: 'changed', added: [], removed: [], changed: [] } as const;

const cases: readonly (readonly [string, SecretObject, SecretObject | undefined, Difference])[] = [
  ['no Secret yet', secret({ a: 'MQ==' }), undefined, { kind: 'new' }],
  ['the same', secret({ a: 'MQ==' }), secret({ a: 'MQ==' }, 'Opaque'), { kind: 'same' }],
  ['a key more', secret({ a: 'MQ==', b: '' }), secret({ a: 'MQ==' }), { ...changed, added: ['b'] }],
  ['a key less', secret({}), secret({ a: 'MQ==' }), { ...changed, removed: ['a'] }],
  ['another value', secret({ a: 'Mg==' }), secret({ a: 'MQ==' }), { ...changed, changed: ['a'] }],
  [
    'another type',
    secret({}, 'kubernetes.io/tls'),
    secret({}),
    { ...changed, type: ['Opaque', 'kubernetes.io/tls'] },
  ],
  [
    'a key that objects have',
    secret({ ['__proto__']: 'MQ==' }),
    secret({}),
    { ...changed, added: ['__proto__'] },
  ],
];
for (const [what, rendered, live, expected] of cases)
  test(what, () => {
    assert.deepEqual(difference(rendered, live), expected);
  });

test('no value is in what is said', () => {
  const said = JSON.stringify(difference(secret({ a: 'aHVudGVyMg==' }), secret({ a: 'c2VjcmV0' })));
  assert.doesNotMatch(said, /aHVudGVyMg|c2VjcmV0/);
});
