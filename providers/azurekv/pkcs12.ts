import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

/** A certificate and the key that belongs to it. */
export interface CertifiedKey {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** The certificates (the first is that of the key, if it has one) and the key of a PKCS#12 file without a password; undefined when it is none. */
export function readPkcs12(
  bytes: Uint8Array,
): { readonly certificates: X509Certificate[]; readonly key: KeyObject | undefined } | undefined {
  try {
    const asn1 = forge.asn1.fromDer(Buffer.from(bytes).toString('binary'));
    const pfx = forge.pkcs12.pkcs12FromAsn1(asn1, false, '');
    const bags = pfx.safeContents.flatMap(({ safeBags }) => safeBags);
    const certificates = bags
      .filter(({ type }) => type === forge.pki.oids.certBag)
      .map(
        ({ cert, asn1: der }) => new X509Certificate(derOf(cert ? forge.pki.certificateToAsn1(cert) : der)),
      );
    const keyBag = bags.find(
      ({ type }) => type === forge.pki.oids.pkcs8ShroudedKeyBag || type === forge.pki.oids.keyBag,
    );
    const key = keyBag === undefined ? undefined : keyOf(keyBag);
    const own = key === undefined ? undefined : certificates.find((one) => one.checkPrivateKey(key));
    return {
      certificates: own === undefined ? certificates : [own, ...certificates.filter((one) => one !== own)],
      key,
    };
  } catch {
    return undefined;
  }
}

function keyOf({ key, asn1 }: forge.pkcs12.Bag): KeyObject {
  const der = derOf(key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function derOf(asn1: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary');
}
