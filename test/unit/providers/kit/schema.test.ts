import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Static } from 'typebox';
import { K } from '../../../../providers/kit/schema.ts';

const sample = K.object('A sample.', {
  key: K.string('Key.'),
  version: K.optional(K.enum('Version.', ['v1', 'v2'])),
  path: K.defaulted(K.string('Path.'), 'kv'),
  interval: K.optional(K.secondsOrDuration('Interval.')),
  at: K.optional(K.nullable(K.time('Moment.'))),
});

test('a schema is plain JSON: it can be written into a CRD as it is', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(sample)), {
    description: 'A sample.',
    type: 'object',
    required: ['key'],
    properties: {
      key: { description: 'Key.', type: 'string' },
      version: { description: 'Version.', type: 'string', enum: ['v1', 'v2'] },
      path: { description: 'Path.', type: 'string', default: 'kv' },
      interval: {
        description: 'Interval.',
        'x-kubernetes-int-or-string': true,
        pattern: '^\\+?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$',
        minimum: 0,
      },
      at: { description: 'Moment.', type: 'string', format: 'date-time', nullable: true },
    },
  });
});

test('the static type follows: required, optional and defaulted fields, enums, int-or-string, null', () => {
  const smallest: Static<typeof sample> = { key: 'a', path: 'kv' };
  const largest: Required<Static<typeof sample>> = { ...smallest, version: 'v2', interval: 5, at: null };
  // @ts-expect-error a defaulted field is always there for those who read the object
  const withoutDefault: Static<typeof sample> = { key: 'a' };
  // @ts-expect-error not a member of the enum
  const wrongVersion: Static<typeof sample> = { ...smallest, version: 'v3' };
  assert.deepEqual(Object.keys({ ...largest, ...withoutDefault, ...wrongVersion }).length, 5);
});

test('objects carry their limits, rules and ownership into the schema', () => {
  const rule = { rule: 'has(self.a)', message: 'a must be set' };
  const schema = K.object(
    'One of.',
    { a: K.optional(K.bool('A.')) },
    { rules: [rule], minProperties: 1, maxProperties: 1, atomic: true },
  );
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), {
    description: 'One of.',
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    properties: { a: { description: 'A.', type: 'boolean' } },
    'x-kubernetes-map-type': 'atomic',
    'x-kubernetes-validations': [rule],
  });
});

test('a default does not reach the other uses of the same schema', () => {
  const version = K.string('Version.');
  K.defaulted(version, 'v2');
  assert.deepEqual(JSON.parse(JSON.stringify(version)), { description: 'Version.', type: 'string' });
});
