import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import {
  bitString,
  child,
  der,
  integer,
  octetString,
  oid,
  readDer,
  sequence,
  set,
  tagged,
  tags,
} from './der.ts';
import type { Certificate } from './x509.ts';

/** What a new certificate says. */
export interface CertificateRequest {
  readonly commonName: ByteText;
  readonly addresses: readonly ByteText[];
  readonly dnsNames: readonly ByteText[];
  /** Seconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly role: 'authority' | 'leaf';
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly publicKey: KeyObject;
}

/** Who signs: the certificate of an authority, or undefined for the subject itself. */
export interface Signer {
  readonly key: KeyObject;
  readonly certificate: Certificate | undefined;
}

/** A signed certificate in DER, with the extensions that Go's x509 writes. Throws {@link CallError}. */
export function issueCertificate(request: CertificateRequest, signer: Signer): Uint8Array {
  const { algorithm, hash } = signatureOf(signer.key);
  const subject = nameOf(request.commonName);
  const spki = request.publicKey.export({ format: 'der', type: 'spki' });
  const signerKey = signer.certificate?.publicKey;
  if (
    signerKey !== undefined &&
    Buffer.compare(createPublicKey(signer.key).export({ format: 'der', type: 'spki' }), signerKey) !== 0
  )
    throw new CallError('InvalidKey');
  const issuer = signer.certificate?.subject ?? subject;
  const toBeSigned = sequence(
    tagged(0, integer(2n)),
    integer(BigInt(`0x${Buffer.from(request.serial).toString('hex')}`)),
    algorithm,
    issuer,
    sequence(time(request.from), time(request.until)),
    subject,
    spki,
    tagged(3, sequence(...extensions(request, spki, subject, issuer, signer.certificate))),
  );
  return sequence(toBeSigned, algorithm, bitString(sign(hash, toBeSigned, signer.key)));
}

function signatureOf(key: KeyObject): { algorithm: Uint8Array; hash: string | null } {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const bits = { prime256v1: 256, secp384r1: 384, secp521r1: 512 }[curve];
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return {
        algorithm: sequence(oid('1.2.840.113549.1.1.11'), Uint8Array.of(tags.null, 0)),
        hash: 'sha256',
      };
    case 'ed25519':
      return { algorithm: sequence(oid('1.3.101.112')), hash: null };
    case 'ec':
      if (bits !== undefined)
        return {
          algorithm: sequence(oid(`1.2.840.10045.4.3.${bits / 128 === 2 ? 2 : bits === 384 ? 3 : 4}`)),
          hash: `sha${bits}`,
        };
  }
  throw new CallError('InvalidKey');
}

function nameOf(commonName: ByteText): Uint8Array {
  if (commonName === '') return sequence();
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName) ? tags.printable : tags.utf8;
  const text = Buffer.from(commonName, 'latin1');
  if (Buffer.compare(Buffer.from(text.toString('utf8')), text) !== 0) throw new CallError('NotUtf8');
  return sequence(set(sequence(oid('2.5.4.3'), der(tag, text))));
}

function time(seconds: number): Uint8Array {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new CallError('OutOfRange');
  const digits = date.toISOString().replace(/[-:T]|\..*$/g, '');
  const short = year >= 1950 && year < 2050;
  return der(
    short ? tags.utcTime : tags.generalizedTime,
    Buffer.from(`${short ? digits.slice(2) : digits}Z`),
  );
}

const critical = Uint8Array.of(tags.boolean, 1, 0xff);

function extension(name: string, value: Uint8Array, importance: 'critical' | 'plain'): Uint8Array {
  return importance === 'critical'
    ? sequence(oid(name), critical, octetString(value))
    : sequence(oid(name), octetString(value));
}

function extensions(
  request: CertificateRequest,
  spki: Uint8Array,
  subject: Uint8Array,
  issuer: Uint8Array,
  parent: Certificate | undefined,
): Uint8Array[] {
  const isAuthority = request.role === 'authority';
  // Digital signature and key encipherment; an authority also signs certificates.
  const usage = isAuthority ? bitString(Uint8Array.of(0xa4), 2) : bitString(Uint8Array.of(0xa0), 5);
  const purposes = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'));
  const list = [
    extension('2.5.29.15', usage, 'critical'),
    extension('2.5.29.37', purposes, 'plain'),
    extension('2.5.29.19', isAuthority ? sequence(critical) : sequence(), 'critical'),
  ];
  if (isAuthority) list.push(extension('2.5.29.14', octetString(keyId(spki)), 'plain'));
  if (parent?.subjectKeyId !== undefined && Buffer.compare(subject, issuer) !== 0)
    list.push(extension('2.5.29.35', sequence(der(0x80, parent.subjectKeyId)), 'plain'));
  const names = [
    ...request.dnsNames.map((name) => der(0x82, dnsName(name))),
    ...request.addresses.map((address) => der(0x87, addressBytes(address))),
  ];
  if (names.length > 0)
    list.push(extension('2.5.29.17', sequence(...names), request.commonName === '' ? 'critical' : 'plain'));
  return list;
}

/** RFC 7093, method 1: the first 160 bits of the SHA-256 of the key. */
function keyId(spki: Uint8Array): Uint8Array {
  const bits = child(readDer(spki), 1, tags.bitString).content.subarray(1);
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

function dnsName(name: ByteText): Uint8Array {
  if (/[\x80-\xff]/.test(name)) throw new CallError('ArgumentNot', { type: 'DNS name' });
  return Buffer.from(name, 'latin1');
}

/** The bytes of an address: 4, or 16. Throws {@link CallError} `InvalidAddress`. */
export function addressBytes(address: ByteText): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) throw new CallError('InvalidAddress');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const pair = (high = '0', low = '0') => (Number(high) * 256 + Number(low)).toString(16);
  const hex =
    dotted === null ? address : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [left = '', right] = hex.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const tail = groups(right ?? '');
  const head = groups(left);
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  const bytes = Uint8Array.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
  // An IPv4 address in IPv6 is written as IPv4.
  return /^(?:0{1,4}:){5}ffff:/.test(`${all.join(':')}`) ? bytes.subarray(12) : bytes;
}
