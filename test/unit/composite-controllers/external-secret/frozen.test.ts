import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozen } from '../../../../composite-controllers/external-secret/frozen.ts';
import type { SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { secretData } from '../../../../composite-controllers/lib/secret-data.ts';
import { childSecret } from '../../../support/builders.ts';

const tls = (secret: SecretObject) => {
  secret.type = 'kubernetes.io/tls';
};
const immutable = (secret: SecretObject) => {
  secret.immutable = true;
};
const one = childSecret({ password: 'one' });

const cases: readonly (readonly [
  what: string,
  existing: SecretObject,
  desired: SecretObject,
  code?: string,
])[] = [
  ['the same type', one, childSecret({ password: 'two' })],
  ['another type', one, childSecret({ password: 'two' }, undefined, tls), 'TypeImmutable'],
  ['no word about the type', childSecret({ password: 'one' }, undefined, tls), withoutType(one)],
  ['immutable with the same data', childSecret({ password: 'one' }, undefined, immutable), one],
  [
    'immutable with other data',
    childSecret({ password: 'two' }, undefined, immutable),
    one,
    'TargetImmutable',
  ],
];

for (const [what, existing, desired, code] of cases) {
  test(`a Secret that Kubernetes ${code === undefined ? 'lets' : 'would not let'} be written: ${what}`, () => {
    const failure = frozen(existing, { secret: desired, data: secretData(desired) });
    assert.equal(failure?.code, code);
    if (code === 'TypeImmutable') assert.match(failure?.detail ?? '', /type Opaque.*kubernetes\.io\/tls/);
  });
}

function withoutType(secret: SecretObject): SecretObject {
  const { type: _type, ...rest } = secret;
  return rest as SecretObject;
}
