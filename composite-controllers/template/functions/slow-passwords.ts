import { createECDH, createHash, createHmac, createPrivateKey, scryptSync } from 'node:crypto';
import { encodeBase64, hashSync } from 'bcryptjs';
import { type ByteText, decodeUtf8, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { dsaPem, ed25519Pem, keyPem, p256Pem } from '../crypto/keys.ts';
import type { Environment } from '../environment.ts';
import { CallError } from '../errors.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Password hashes, passwords derived from a master password, and new private keys. */
export const passwordFunctions: FunctionTable = {
  bcrypt: fn(['string'], ([password], { environment }) => bcrypt(password, environment)),
  htpasswd: fn(['string', 'string', 'string'], ([user, password, algorithm], { environment }) => {
    if (user.includes(':')) return `invalid username: ${user}`;
    if (algorithm !== 'sha') return `${user}:${bcrypt(password, environment)}`;
    return `${user}:{SHA}${createHash('sha1').update(password, 'latin1').digest('base64')}`;
  }),
  derivePassword: fn(
    ['uint32', 'string', 'string', 'string', 'string'],
    ([counter, type, password, user, site]) => derivePassword(counter, type, password, user, site),
  ),
  genPrivateKey: fn(['string'], ([type], { environment }) => generate(type, environment)),
};

function bcrypt(password: ByteText, { randomBytes }: Environment): ByteText {
  if (password.length > 72)
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  const text = decodeUtf8(password);
  // The library takes text only; another password than the given one must not be hashed.
  if (toByteText(text) !== password) throw new CallError('NotUtf8');
  return hashSync(text, `$2a$10$${encodeBase64(randomBytes(16), 16)}`);
}

const seed = 'com.lyndir.masterpassword';

/** The templates of Master Password's algorithm, and what their letters stand for. */
const templates: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: (
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
    'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
    'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
  ).split(' '),
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
};
const letters: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  a: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz',
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()',
};

function derivePassword(
  counter: bigint,
  type: ByteText,
  password: ByteText,
  user: ByteText,
  site: ByteText,
): ByteText {
  const choices = Object.hasOwn(templates, type) ? templates[type] : undefined;
  if (choices === undefined) return `cannot find password template ${type}`;
  const prefixed = (text: ByteText) =>
    Buffer.concat([Buffer.from(seed), word(BigInt(text.length)), Buffer.from(text, 'latin1')]);
  const key = scryptSync(Buffer.from(password, 'latin1'), prefixed(user), 64, {
    N: 32768,
    r: 8,
    p: 2,
    maxmem: 1 << 27,
  });
  const digest = createHmac('sha256', key).update(prefixed(site)).update(word(counter)).digest();
  const template = choices[(digest[0] ?? 0) % choices.length] ?? '';
  return [...template]
    .map((letter, index) => {
      const characters = letters[letter] ?? '';
      return characters[(digest[index + 1] ?? 0) % characters.length];
    })
    .join('');
}

function word(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(value));
  return bytes;
}

function generate(type: ByteText, { randomBytes, generateKey }: Environment): ByteText {
  switch (type) {
    case '':
    case 'rsa':
      return keyPem(
        createPrivateKey({ key: Buffer.from(generateKey('rsa', 4096)), format: 'der', type: 'pkcs8' }),
      );
    case 'dsa':
      return dsaPem(generateKey('dsa', 2048));
    case 'ed25519':
      return ed25519Pem(randomBytes(32));
    case 'ecdsa':
      return p256(randomBytes);
    default:
      return `Unknown type ${type}`;
  }
}

const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

function p256(randomBytes: Environment['randomBytes']): ByteText {
  for (;;) {
    const scalar = Buffer.from(randomBytes(32));
    const value = BigInt(`0x${scalar.toString('hex')}`);
    if (value === 0n || value >= order) continue;
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(scalar);
    return p256Pem(scalar, curve.getPublicKey());
  }
}
