import { X509Certificate } from 'node:crypto';
import { ProviderError } from '../kit/errors.ts';
import { readPkcs12 } from './pkcs12.ts';

/**
 * The certificate that is about to be imported: that of PKCS#12 without a password, the first one of PEM, or DER. Throws
 * `InvalidPush` for anything else.
 */
export function certificateIn(value: Uint8Array, what: string): X509Certificate {
  const [certificate] = readPkcs12(value)?.certificates ?? [];
  if (certificate !== undefined) return certificate;
  try {
    // Takes PEM and DER.
    return new X509Certificate(value);
  } catch {
    throw new ProviderError('InvalidPush', {
      what: `a value for ${what} that is no certificate, in PEM, DER or as PKCS#12 without a password`,
    });
  }
}
