import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { signJwt } from '../../../../providers/kit/jwt.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

test('a JWT is signed as its header says', () => {
  const paddings = {
    RS256: { padding: constants.RSA_PKCS1_PADDING },
    PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  };
  for (const [alg, padding] of Object.entries(paddings)) {
    const jwt = signJwt({ alg: alg as 'RS256', kid: 'k' }, { iss: 'é', exp: 1 }, privateKey);
    const [header = '', claims = '', signature = ''] = jwt.split('.');
    const decoded = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    assert.deepEqual(decoded, [
      { typ: 'JWT', alg, kid: 'k' },
      { iss: 'é', exp: 1 },
    ]);
    const signed = Buffer.from(`${header}.${claims}`);
    assert(verify('sha256', signed, { key: publicKey, ...padding }, Buffer.from(signature, 'base64url')));
  }
});
