import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  pbkdf2Sync,
  timingSafeEqual,
} from 'node:crypto';
import { createRequire } from 'node:module';
import { CallError } from '../errors.ts';
import {
  child,
  childrenOf,
  type DerNode,
  integer,
  integerValue,
  octetString,
  oid,
  oidText,
  sequence,
  tags,
} from './der.ts';

/** Rounds of a key derivation that a file may ask for; real ones ask for up to some hundred thousand. */
const maxRounds = 1_000_000n;

/** A password of PKCS#12 as it is derived from: UTF-16 with a zero at the end, or nothing at all. */
export function passwordBytes(password: string): Uint8Array {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** The key derivation of PKCS#12 (RFC 7292, appendix B): purpose 1 is a key, 2 an IV, 3 a MAC key. */
function derive(
  hash: string,
  password: Uint8Array,
  salt: Uint8Array,
  purpose: 1 | 2 | 3,
  rounds: number,
  size: number,
): Buffer {
  const block = hash === 'sha512' || hash === 'sha384' ? 128 : 64;
  const fill = (bytes: Uint8Array) => {
    const length = bytes.length === 0 ? 0 : block * Math.ceil(bytes.length / block);
    return Buffer.alloc(length, length === 0 ? undefined : Buffer.from(bytes));
  };
  const input = Buffer.concat([fill(salt), fill(password)]);
  const output: Buffer[] = [];
  for (let made = 0; made < size; ) {
    let digest = createHash(hash).update(Buffer.alloc(block, purpose)).update(input).digest();
    for (let round = 1; round < rounds; round++) digest = createHash(hash).update(digest).digest();
    output.push(digest);
    made += digest.length;
    const step = (bigOf(Buffer.alloc(block, digest)) + 1n) % (1n << BigInt(8 * block));
    for (let at = 0; at < input.length; at += block) {
      const sum = (bigOf(input.subarray(at, at + block)) + step) % (1n << BigInt(8 * block));
      input.set(Buffer.from(sum.toString(16).padStart(2 * block, '0'), 'hex'), at);
    }
  }
  return Buffer.concat(output).subarray(0, size);
}

const bigOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

const hashNames: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const hmacNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const aesNames: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.2': 16,
  '2.16.840.1.101.3.4.1.22': 24,
  '2.16.840.1.101.3.4.1.42': 32,
};

const unsupported = () => new CallError('InvalidPkcs12');

function rounds(node: DerNode | undefined): number {
  const count = node === undefined ? 1n : integerValue(node);
  if (count < 1n || count > maxRounds) throw unsupported();
  return Number(count);
}

/** Whether the MAC of the file belongs to its content and the password. */
export function isGenuine(macData: DerNode, content: Uint8Array, password: Uint8Array): boolean {
  const [digestInfo, salt, iterations] = childrenOf(macData);
  if (digestInfo === undefined || salt === undefined) throw unsupported();
  const hash = hashNames[oidText(child(child(digestInfo, 0, tags.sequence), 0, tags.oid))];
  const expected = child(digestInfo, 1, tags.octetString).content;
  if (hash === undefined) throw unsupported();
  const actual = mac(hash, content, password, salt.content, rounds(iterations));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function mac(
  hash: string,
  content: Uint8Array,
  password: Uint8Array,
  salt: Uint8Array,
  count: number,
): Buffer {
  const size = createHash(hash).digest().length;
  return createHmac(hash, derive(hash, password, salt, 3, count, size))
    .update(content)
    .digest();
}

/** Decrypts what an algorithm identifier says, with the password. Throws {@link CallError} or what OpenSSL throws. */
export function decrypt(algorithm: DerNode, data: Uint8Array, password: Uint8Array): Uint8Array {
  const name = oidText(child(algorithm, 0, tags.oid));
  const parameters = child(algorithm, 1, tags.sequence);
  if (name === '1.2.840.113549.1.5.13') return decryptPbes2(parameters, data, password);
  const [salt, iterations] = childrenOf(parameters);
  const make = (purpose: 1 | 2, size: number) =>
    derive('sha1', password, salt?.content ?? new Uint8Array(), purpose, rounds(iterations), size);
  switch (name) {
    case '1.2.840.113549.1.12.1.3': {
      const cipher = createDecipheriv('des-ede3-cbc', make(1, 24), make(2, 8));
      return Buffer.concat([cipher.update(data), cipher.final()]);
    }
    case '1.2.840.113549.1.12.1.5':
      return decryptRc2(make(1, 16), 128, make(2, 8), data);
    case '1.2.840.113549.1.12.1.6':
      return decryptRc2(make(1, 5), 40, make(2, 8), data);
    default:
      throw unsupported();
  }
}

/** RC2, which OpenSSL no longer offers, and old files still use for certificates. */
function decryptRc2(key: Uint8Array, bits: number, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const forge = createRequire(import.meta.url)('node-forge') as typeof import('node-forge');
  const buffer = (bytes: Uint8Array) => forge.util.createBuffer(Buffer.from(bytes).toString('latin1'));
  const rc2 = (forge as unknown as { rc2: { createDecryptionCipher(key: object, bits: number): Rc2 } }).rc2;
  const cipher = rc2.createDecryptionCipher(buffer(key), bits);
  cipher.start(buffer(iv));
  cipher.update(buffer(data));
  if (!cipher.finish()) throw unsupported();
  return Buffer.from(cipher.output.getBytes(), 'latin1');
}

interface Rc2 {
  start(iv: object): void;
  update(data: object): void;
  finish(): boolean;
  readonly output: { getBytes(): string };
}

function decryptPbes2(parameters: DerNode, data: Uint8Array, password: Uint8Array): Uint8Array {
  const kdf = child(parameters, 0, tags.sequence);
  const scheme = child(parameters, 1, tags.sequence);
  const [salt, iterations, ...others] = childrenOf(child(kdf, 1, tags.sequence));
  const prf = others.find(({ tag }) => tag === tags.sequence);
  const hash = prf === undefined ? 'sha1' : hmacNames[oidText(child(prf, 0, tags.oid))];
  const size = aesNames[oidText(child(scheme, 0, tags.oid))];
  const iv = child(scheme, 1, tags.octetString).content;
  if (oidText(child(kdf, 0, tags.oid)) !== '1.2.840.113549.1.5.12' || salt === undefined) throw unsupported();
  if (hash === undefined || size === undefined) throw unsupported();
  const key = pbkdf2Sync(utf8(password), salt.content, rounds(iterations), size, hash);
  const cipher = createDecipheriv(`aes-${8 * size}-cbc`, key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** The password for PBES2, which takes it in UTF-8 and without the zero. */
const utf8 = (password: Uint8Array) => Buffer.from(password).swap16().toString('utf16le').replace(/\0$/, '');

const modernRounds = 2048;

/** The data encrypted by AES-256-CBC and PBKDF2 with SHA-256, and the algorithm identifier for it. */
export function encrypt(
  data: Uint8Array,
  password: string,
  random: (count: number) => Uint8Array,
): { algorithm: Uint8Array; data: Uint8Array } {
  const [salt, iv] = [random(16), random(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, modernRounds, 32, 'sha256'), iv);
  const prf = sequence(oid('1.2.840.113549.2.9'), Uint8Array.of(tags.null, 0));
  const kdf = sequence(octetString(salt), integer(BigInt(modernRounds)), prf);
  const algorithm = sequence(
    oid('1.2.840.113549.1.5.13'),
    sequence(
      sequence(oid('1.2.840.113549.1.5.12'), kdf),
      sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(iv)),
    ),
  );
  return { algorithm, data: Buffer.concat([cipher.update(data), cipher.final()]) };
}

/** The MAC of a file by SHA-256. */
export function macOf(content: Uint8Array, password: string, salt: Uint8Array): Uint8Array {
  const digest = mac('sha256', content, passwordBytes(password), salt, modernRounds);
  const algorithm = sequence(oid('2.16.840.1.101.3.4.2.1'), Uint8Array.of(tags.null, 0));
  return sequence(sequence(algorithm, octetString(digest)), octetString(salt), integer(BigInt(modernRounds)));
}
