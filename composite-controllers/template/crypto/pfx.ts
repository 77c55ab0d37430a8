import { createHash, type KeyObject } from 'node:crypto';
import { CallError } from '../errors.ts';
import {
  child,
  childrenOf,
  type DerNode,
  der,
  integer,
  octetString,
  oid,
  oidText,
  readDer,
  sequence,
  set,
  tagged,
  tags,
} from './der.ts';
import { pkcs8Of, privateKeyOf } from './keys.ts';
import { decrypt, encrypt, isGenuine, macOf, passwordBytes } from './pfx-cipher.ts';
import { type Certificate, readCertificate } from './x509.ts';

const data = '1.2.840.113549.1.7.1';
const encryptedData = '1.2.840.113549.1.7.6';
const keyBag = '1.2.840.113549.1.12.10.1.1';
const shroudedKeyBag = '1.2.840.113549.1.12.10.1.2';
const certBag = '1.2.840.113549.1.12.10.1.3';
const x509Certificate = '1.2.840.113549.1.9.22.1';

/** What a PKCS#12 file holds. */
export interface PfxContent {
  readonly key: KeyObject;
  readonly certificates: readonly Certificate[];
}

/** The one key and the certificates of a file, in its order. Throws {@link CallError} `InvalidPkcs12`. */
export function readPfx(bytes: Uint8Array, password: string): PfxContent {
  try {
    return read(readDer(bytes), passwordBytes(password));
  } catch {
    // Damage and a wrong password look the same, and their reasons may hold pieces of the file.
    throw new CallError('InvalidPkcs12');
  }
}

function read(pfx: DerNode, password: Uint8Array): PfxContent {
  const content = child(child(child(pfx, 1, tags.sequence), 1, 0xa0), 0, tags.octetString).content;
  const known = proven(childrenOf(pfx)[2], content, password);
  const bags = childrenOf(readDer(content)).flatMap((info) => childrenOf(readDer(contentOf(info, known))));
  const certificates: Certificate[] = [];
  const keys: KeyObject[] = [];
  for (const bag of bags) {
    const value = child(child(bag, 1, 0xa0), 0, tags.sequence);
    const name = oidText(child(bag, 0, tags.oid));
    if (name === certBag)
      certificates.push(readCertificate(child(child(value, 1, 0xa0), 0, tags.octetString).content));
    if (name === keyBag) keys.push(privateKeyOf(value.raw, ['pkcs8']));
    if (name === shroudedKeyBag)
      keys.push(
        privateKeyOf(
          decrypt(child(value, 0, tags.sequence), child(value, 1, tags.octetString).content, known),
          ['pkcs8'],
        ),
      );
  }
  const [key, ...others] = keys;
  if (key === undefined || others.length > 0 || certificates.length === 0)
    throw new CallError('InvalidPkcs12');
  return { key, certificates };
}

/** The password in the form that the file's MAC proves: an empty one may be a zero or nothing. */
function proven(macData: DerNode | undefined, content: Uint8Array, password: Uint8Array): Uint8Array {
  const isEmpty = password.length === 2;
  if (macData === undefined) {
    if (isEmpty) return password;
    throw new CallError('InvalidPkcs12');
  }
  const nothing = new Uint8Array();
  if (isGenuine(macData, content, password)) return password;
  if (isEmpty && isGenuine(macData, content, nothing)) return nothing;
  throw new CallError('InvalidPkcs12');
}

function contentOf(info: DerNode, password: Uint8Array): Uint8Array {
  const name = oidText(child(info, 0, tags.oid));
  if (name === data) return child(child(info, 1, 0xa0), 0, tags.octetString).content;
  if (name !== encryptedData) throw new CallError('InvalidPkcs12');
  const inner = child(child(child(info, 1, 0xa0), 0, tags.sequence), 1, tags.sequence);
  const [, algorithm, content] = childrenOf(inner);
  if (algorithm === undefined || content === undefined) throw new CallError('InvalidPkcs12');
  return decrypt(algorithm, content.content, password);
}

type Randomness = (count: number) => Uint8Array;

/** A file with a key and its certificates, the first of which is the key's. */
export function writePfx(content: PfxContent, password: string, random: Randomness): Uint8Array {
  const [first, ...others] = content.certificates;
  if (first === undefined) throw new CallError('InvalidCertificate');
  const id = attribute('1.2.840.113549.1.9.21', octetString(createHash('sha1').update(first.der).digest()));
  const bags = [certificateBag(first, id), ...others.map((certificate) => certificateBag(certificate))];
  const shrouded = encrypt(pkcs8Of(content.key), password, random);
  const key = sequence(
    oid(shroudedKeyBag),
    tagged(0, sequence(shrouded.algorithm, octetString(shrouded.data))),
    set(id),
  );
  const plain = sequence(oid(data), tagged(0, octetString(sequence(key))));
  return wrap([encryptedContent(sequence(...bags), password, random), plain], password, random);
}

/** A file with certificates to trust, as Java reads it. */
export function writeTrustStore(
  entries: readonly { certificate: Certificate; name: string }[],
  password: string,
  random: Randomness,
): Uint8Array {
  const trusted = attribute('2.16.840.1.113894.746875.1.1', oid('2.5.29.37.0'));
  const bags = entries.map(({ certificate, name }) =>
    certificateBag(
      certificate,
      trusted,
      attribute('1.2.840.113549.1.9.20', der(tags.bmp, Buffer.from(name, 'utf16le').swap16())),
    ),
  );
  return wrap([encryptedContent(sequence(...bags), password, random)], password, random);
}

function attribute(name: string, value: Uint8Array): Uint8Array {
  return sequence(oid(name), set(value));
}

function certificateBag(certificate: Certificate, ...attributes: readonly Uint8Array[]): Uint8Array {
  const value = tagged(0, sequence(oid(x509Certificate), tagged(0, octetString(certificate.der))));
  return attributes.length === 0
    ? sequence(oid(certBag), value)
    : sequence(oid(certBag), value, set(...attributes));
}

function encryptedContent(bags: Uint8Array, password: string, random: Randomness): Uint8Array {
  const encrypted = encrypt(bags, password, random);
  const info = sequence(oid(data), encrypted.algorithm, der(0x80, encrypted.data));
  return sequence(oid(encryptedData), tagged(0, sequence(integer(0n), info)));
}

function wrap(contents: readonly Uint8Array[], password: string, random: Randomness): Uint8Array {
  const safe = sequence(...contents);
  const authSafe = sequence(oid(data), tagged(0, octetString(safe)));
  return sequence(integer(3n), authSafe, macOf(safe, password, random(16)));
}
