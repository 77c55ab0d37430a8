import { X509Certificate } from 'node:crypto';
import { type ByteText, decodeUtf8, fromByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Context } from '../context.ts';
import { pkcs8Of, privateKeyOf } from '../crypto/keys.ts';
import { decodePem, pemOf } from '../crypto/pem.ts';
import { readPfx, writePfx, writeTrustStore } from '../crypto/pfx.ts';
import { type Certificate, chainOf, readCertificate } from '../crypto/x509.ts';
import { CallError } from '../errors.ts';
import { type FunctionTable, fn } from './signature.ts';

/** PKCS#12 files to PEM, and back as base64. */
export const pkcs12Functions: FunctionTable = {
  pkcs12key: fn(['string'], ([file]) => keyOf(file, '')),
  pkcs12keyPass: fn(['string', 'string'], ([password, file]) => keyOf(file, password)),
  pkcs12cert: fn(['string'], ([file]) => certificatesOf(file, '')),
  pkcs12certPass: fn(['string', 'string'], ([password, file]) => certificatesOf(file, password)),
  pemToPkcs12: fn(['string', 'string'], ([cert, key], context) => toPfx([first(cert)], key, '', context)),
  pemToPkcs12Pass: fn(['string', 'string', 'string'], ([cert, key, password], context) =>
    toPfx([first(cert)], key, password, context),
  ),
  fullPemToPkcs12: fn(['string', 'string'], ([certs, key], context) => toPfx(every(certs), key, '', context)),
  fullPemToPkcs12Pass: fn(['string', 'string', 'string'], ([certs, key, password], context) =>
    toPfx(every(certs), key, password, context),
  ),
  pemTruststoreToPKCS12: fn(['string'], ([certs], context) => toTrustStore(certs, '', context)),
  pemTruststoreToPKCS12Pass: fn(['string', 'string'], ([certs, password], context) =>
    toTrustStore(certs, password, context),
  ),
};

function keyOf(file: ByteText, password: ByteText): ByteText {
  return pemOf('PRIVATE KEY', pkcs8Of(readPfx(fromByteText(file), decodeUtf8(password)).key));
}

/** The certificates from the leaf up; in the file's order when they are not one chain. */
function certificatesOf(file: ByteText, password: ByteText): ByteText {
  const { certificates } = readPfx(fromByteText(file), decodeUtf8(password));
  return ordered(certificates)
    .map(({ der }) => pemOf('CERTIFICATE', der))
    .join('');
}

function ordered(certificates: readonly Certificate[]): readonly Certificate[] {
  try {
    return chainOf(certificates);
  } catch {
    return certificates;
  }
}

function first(text: ByteText): Certificate {
  const { block } = decodePem(text);
  if (block === undefined) throw new CallError('NoPem');
  return readCertificate(block.bytes);
}

/** All certificates of a text that holds nothing else behind the first one. */
function every(text: ByteText): Certificate[] {
  const found: Certificate[] = [];
  for (let rest = text; rest !== ''; ) {
    const { block, rest: left } = decodePem(rest);
    if (block === undefined) throw new CallError('NoPem');
    found.push(readCertificate(block.bytes));
    rest = left;
  }
  return found;
}

function toPfx(
  certificates: readonly Certificate[],
  key: ByteText,
  password: ByteText,
  { environment }: Context,
): ByteText {
  const { block } = decodePem(key);
  if (block === undefined) throw new CallError('NoPem');
  const content = { key: privateKeyOf(block.bytes), certificates };
  return base64(writePfx(content, decodeUtf8(password), environment.randomBytes));
}

function toTrustStore(certs: ByteText, password: ByteText, { environment }: Context): ByteText {
  const entries = every(certs).map((certificate) => ({ certificate, name: subjectOf(certificate) }));
  return base64(writeTrustStore(entries, decodeUtf8(password), environment.randomBytes));
}

/** The subject in one line, its last part first, as the name of the entry. */
function subjectOf({ der }: Certificate): string {
  return (new X509Certificate(der).subject ?? '').split('\n').reverse().join(',');
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
