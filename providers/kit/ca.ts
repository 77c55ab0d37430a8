import { X509Certificate } from 'node:crypto';
import type { CaProvider, Credentials } from './credentials.ts';
import { ProviderError } from './errors.ts';

/** The two ways in which a store names the authorities that it trusts. */
export interface CaSource {
  /** Base64 of PEM, as the manifest has it. */
  readonly caBundle?: string;
  readonly caProvider?: CaProvider;
}

/**
 * PEM of the store's CA, or undefined for the system's (spec providers 1.10): `caBundle` wins, and may be base64 twice.
 * Throws `Misconfigured` when the first block is no certificate, and what `Credentials.ca` throws.
 */
export async function readCa(source: CaSource, credentials: Credentials): Promise<string | undefined> {
  if (source.caBundle) return fromBundle(source.caBundle);
  if (source.caProvider === undefined) return undefined;
  const pem = Buffer.from(await credentials.ca(source.caProvider)).toString();
  if (!startsWithCertificate(pem)) throw unusable('caProvider');
  return pem;
}

function fromBundle(bundle: string): string {
  const once = Buffer.from(bundle, 'base64').toString();
  if (startsWithCertificate(once)) return once;
  const twice = Buffer.from(once, 'base64').toString();
  if (startsWithCertificate(twice)) return twice;
  throw unusable('caBundle');
}

function startsWithCertificate(pem: string): boolean {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/.exec(pem);
  if (block?.[1] !== 'CERTIFICATE') return false;
  try {
    new X509Certificate(block[0]);
    return true;
  } catch {
    return false;
  }
}

function unusable(field: string): ProviderError {
  return new ProviderError('Misconfigured', { what: `${field} does not begin with a PEM certificate` });
}
