import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import {
  bitString,
  child,
  childrenOf,
  integer,
  integerValue,
  octetString,
  oid,
  readDer,
  sequence,
  tagged,
  tags,
} from './der.ts';
import { decodePem, pemOf } from './pem.ts';

/** Forms of private keys in the order in which they are tried. */
const forms = ['pkcs1', 'pkcs8', 'sec1'] as const;

/** The private key in the bytes, of whatever form. Throws {@link CallError} `InvalidKey`. */
export function privateKeyOf(bytes: Uint8Array, types: readonly (typeof forms)[number][] = forms): KeyObject {
  for (const type of types) {
    try {
      return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type });
    } catch {
      // Of another form: OpenSSL's reason tells no more.
    }
  }
  throw new CallError('InvalidKey');
}

/** The private key of a PEM text whose type says the form, as sprig reads it. Throws {@link CallError}. */
export function privateKeyOfPem(text: ByteText): KeyObject {
  const { block } = decodePem(text);
  if (block === undefined) throw new CallError('NoPem');
  switch (block.type) {
    case 'PRIVATE KEY':
      return privateKeyOf(block.bytes, ['pkcs8']);
    case 'RSA PRIVATE KEY':
      return privateKeyOf(block.bytes, ['pkcs1']);
    case 'EC PRIVATE KEY':
      return privateKeyOf(block.bytes, ['sec1']);
    default:
      throw new CallError('InvalidKey');
  }
}

/** The key as PEM in the form that Go uses for its type: PKCS#1, SEC 1, else PKCS#8. */
export function keyPem(key: KeyObject): ByteText {
  const der = (type: 'pkcs1' | 'sec1' | 'pkcs8') =>
    key.export({ format: 'der', type } as never) as unknown as Buffer;
  if (key.asymmetricKeyType === 'rsa') return pemOf('RSA PRIVATE KEY', der('pkcs1'));
  return key.asymmetricKeyType === 'ec'
    ? pemOf('EC PRIVATE KEY', der('sec1'))
    : pemOf('PRIVATE KEY', der('pkcs8'));
}

/** The key in PKCS#8. */
export function pkcs8Of(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'pkcs8' });
}

/** An Ed25519 key of 32 random bytes as PEM. */
export function ed25519Pem(seed: Uint8Array): ByteText {
  return pemOf(
    'PRIVATE KEY',
    sequence(integer(0n), sequence(oid('1.3.101.112')), octetString(octetString(seed))),
  );
}

/** A P-256 key as PEM, of a scalar of 32 bytes and the point that belongs to it. */
export function p256Pem(scalar: Uint8Array, point: Uint8Array): ByteText {
  const curve = oid('1.2.840.10045.3.1.7');
  return pemOf(
    'EC PRIVATE KEY',
    sequence(integer(1n), octetString(scalar), tagged(0, curve), tagged(1, bitString(point))),
  );
}

/** A DSA key in PKCS#8 as PEM in OpenSSL's own form. */
export function dsaPem(pkcs8: Uint8Array): ByteText {
  const root = readDer(pkcs8);
  const parameters = childrenOf(child(child(root, 1, tags.sequence), 1, tags.sequence)).map(integerValue);
  const [p = 1n, , g = 1n] = parameters;
  const x = integerValue(readDer(child(root, 2, tags.octetString).content));
  const numbers = [0n, ...parameters, power(g, x, p), x];
  return pemOf('DSA PRIVATE KEY', sequence(...numbers.map(integer)));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
