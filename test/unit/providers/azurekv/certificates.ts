import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A certificate of its own key, in the forms in which it may be given. */
export interface SelfSigned {
  readonly certPem: string;
  /** PKCS#1. */
  readonly rsaPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  /** Without a password. */
  readonly pkcs12: Buffer;
  readonly der: Buffer;
}

/** A new RSA key and its certificate. */
export function selfSigned(commonName: string): SelfSigned {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaPem = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const key = forge.pki.privateKeyFromPem(rsaPem);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 24 * 3_600_000);
  const name = [{ name: 'commonName', value: commonName }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(key, forge.md.sha256.create());
  const bytes = (asn1: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary');
  return {
    certPem: forge.pki.certificateToPem(certificate),
    rsaPem,
    keyPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    pkcs12: bytes(forge.pkcs12.toPkcs12Asn1(key, [certificate], '', { algorithm: '3des' })),
    der: bytes(forge.pki.certificateToAsn1(certificate)),
  };
}
