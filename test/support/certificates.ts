import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, explicit, integer, octets, oid, sequence, set, tlv, utcTime, utf8 } from './der.ts';

/** A certificate and its key. */
export interface Identity {
  readonly certPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** `O` of the subject. */
  readonly organizations?: readonly string[];
  /** DNS names and IPv4 addresses; the loopback ones unless given. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate authority of a test. */
export interface Authority {
  readonly certPem: string;
  /** A certificate for servers and clients, valid from an hour ago until tomorrow unless the request says otherwise. */
  issue(request: CertificateRequest): Identity;
}

const hour = 3_600_000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A new authority with an EC P-256 key, made without any other program (X.509 v3, RFC 5280). */
export function createAuthority(commonName = 'Keyhook test CA'): Authority {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authorityId = keyId(authority.publicKey);

  const certificate = (
    request: CertificateRequest,
    key: KeyObject,
    extensions: readonly Buffer[],
  ): string => {
    const { notBefore = new Date(Date.now() - hour), notAfter = new Date(Date.now() + 24 * hour) } = request;
    const body = sequence(
      explicit(0, integer(Buffer.from([2]))), // version 3
      integer(Buffer.from([1, ...randomBytes(15)])), // serial number
      ecdsaWithSha256,
      distinguishedName({ commonName }),
      sequence(utcTime(notBefore), utcTime(notAfter)),
      distinguishedName(request),
      key.export({ type: 'spki', format: 'der' }),
      explicit(3, sequence(...extensions)),
    );
    const signature = sign('sha256', body, authority.privateKey);
    return new X509Certificate(sequence(body, ecdsaWithSha256, bits(signature))).toString();
  };

  return {
    certPem: certificate({ commonName }, authority.publicKey, [
      critical('2.5.29.19', sequence(boolean(true))), // basicConstraints: a CA
      critical('2.5.29.15', bits(Buffer.from([0x06]), 1)), // keyUsage: keyCertSign, cRLSign
      extension('2.5.29.14', octets(authorityId)), // subjectKeyIdentifier
    ]),
    issue(request) {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const hosts = request.hosts ?? ['localhost', '127.0.0.1'];
      return {
        certPem: certificate(request, leaf.publicKey, [
          critical('2.5.29.19', sequence()), // basicConstraints: not a CA
          critical('2.5.29.15', bits(Buffer.from([0x80]), 7)), // keyUsage: digitalSignature
          extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))), // server, client
          extension('2.5.29.35', sequence(tlv(0x80, authorityId))), // authorityKeyIdentifier
          extension('2.5.29.17', sequence(...hosts.map(alternativeName))),
        ]),
        keyPem: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

const extension = (id: string, value: Buffer) => sequence(oid(id), octets(value));
const critical = (id: string, value: Buffer) => sequence(oid(id), boolean(true), octets(value));

function distinguishedName({ commonName, organizations = [] }: CertificateRequest): Buffer {
  const attribute = (id: string, value: string) => set(sequence(oid(id), utf8(value)));
  return sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  );
}

function alternativeName(host: string): Buffer {
  return isIPv4(host)
    ? tlv(0x87, Buffer.from(host.split('.').map(Number)))
    : tlv(0x82, Buffer.from(host, 'ascii'));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}
