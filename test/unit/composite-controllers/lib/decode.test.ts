import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMap, decodeValue, refuseNullBytes } from '../../../../composite-controllers/lib/decode.ts';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import vectors from '../../../golden/decode.json' with { type: 'json' };

const bytes = (text: string) => new TextEncoder().encode(text);

test('values are decoded as strictly as Go decodes them', () => {
  for (const [strategy, value, decoded] of vectors) {
    const decode = () => Buffer.from(decodeValue(bytes(value!), strategy!)).toString('hex');
    if (decoded === null)
      assert.throws(decode, { name: 'ValueError', code: 'NotBase64' }, JSON.stringify(value));
    else assert.equal(decode(), decoded, `${strategy} ${JSON.stringify(value)}`);
  }
});

test('without a strategy nothing is touched, and an unknown one is named', () => {
  const value = bytes('dmFsdWU=');
  assert.equal(decodeValue(value), value);
  assert.equal(decodeValue(value, ''), value);
  assert.throws(() => decodeValue(value, 'Base32'), { message: 'decoding strategy Base32 is not supported' });
});

test('every value survives encoding and decoding, whatever its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (value) => {
      const encoded = (encoding: 'base64' | 'base64url') => Buffer.from(value).toString(encoding);
      const padded = encoded('base64url').padEnd(encoded('base64').length, '=');
      assert.deepEqual(decodeValue(bytes(encoded('base64')), 'Base64'), value);
      assert.deepEqual(decodeValue(bytes(encoded('base64')), 'Auto'), value);
      assert.deepEqual(decodeValue(bytes(padded), 'Base64URL'), value);
      assert.deepEqual(decodeValue(bytes(padded), 'Auto'), value);
    }),
  );
});

test('Auto never fails, and None never changes a byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (value) => {
      decodeValue(value, 'Auto');
      assert.equal(decodeValue(value, 'None'), value);
    }),
  );
});

test('a map names the first key that cannot be decoded, not its value', () => {
  const map = new Map([
    ['z', bytes('hunter2')],
    ['b', bytes('s3cr3t')],
    ['a', bytes('QQ==')],
  ]);
  assert.throws(() => decodeMap(map, 'Base64'), { message: 'failure decoding key b: illegal base64 data' });
  assert.deepEqual(decodeMap(map, 'None'), new Map([...map].reverse()));
});

test('a zero byte is refused only under policy Fail, by its first key', () => {
  const map = new Map([
    ['z', new Uint8Array([0])],
    ['b', new Uint8Array([65, 0])],
    ['a', new Uint8Array([65])],
  ]);
  for (const policy of [undefined, '', 'Ignore']) refuseNullBytes(map, policy);
  refuseNullBytes(new Map([['a', new Uint8Array([48])]]), 'Fail');
  assert.throws(
    () => refuseNullBytes(map, 'Fail'),
    (error) =>
      error instanceof ValueError &&
      error.code === 'NullBytes' &&
      error.message ===
        'fetched secret value for key "b" contains null bytes; use a text-safe format such as PEM/base64 or leave nullBytePolicy unset for intentional binary data',
  );
});
