import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldManager } from '../../../../composite-controllers/lib/field-manager.ts';
import { objectHash } from '../../../../composite-controllers/lib/hash.ts';

test('the field manager is the one that ESO used, so that its fields are ours (spec core 0.3)', () => {
  assert.equal(fieldManager('app'), 'externalsecrets.external-secrets.io/app');
  const longest = 'x'.repeat(27);
  assert.equal(fieldManager(longest), `externalsecrets.external-secrets.io/${longest}`);
  const longer = 'x'.repeat(28);
  assert.equal(fieldManager(longer), `externalsecrets.external-secrets.io/sha3/${objectHash(longer)}`);
});
