import { constants, privateDecrypt } from 'node:crypto';
import { type ByteText, fromByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { privateKeyOf } from '../crypto/keys.ts';
import { decodeAllPem, decodePem, encodePem, pemOf } from '../crypto/pem.ts';
import { certificatesOf, chainOf, isRoot, readCertificate } from '../crypto/x509.ts';
import { CallError } from '../errors.ts';
import { strings } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';

/** ESO's functions of PEM texts: parts of bundles, names of certificates, decryption. */
export const pemFunctions: FunctionTable = {
  filterPEM: fn(['string', 'string'], ([type, text]) => {
    const { blocks, rest } = decodeAllPem(withoutJunk(text));
    const wanted = blocks.filter((block) => block.type.toLowerCase() === type.toLowerCase());
    if (wanted.length === 0 && rest !== '') throw new CallError('PemJunk');
    return wanted.map(encodePem).join('');
  }),
  filterCertChain: fn(['string', 'string'], ([part, text]) => chainPart(part, text)),
  certSANs: fn(['string'], ([text]) => {
    const { block } = decodePem(withoutJunk(text));
    if (block === undefined) throw new CallError('NoPem');
    return strings([...readCertificate(block.bytes).names]);
  }),
  rsaDecrypt: fn(['string', 'string', 'string', 'string'], ([scheme, hash, text, key]) =>
    rsaDecrypt(scheme, hash, text, key),
  ),
};

function withoutJunk(text: ByteText): ByteText {
  return text.slice(Math.max(text.indexOf('-----BEGIN'), 0));
}

function chainPart(part: ByteText, text: ByteText): ByteText {
  const chain = chainOf(certificatesOf(text));
  const [first, last] = [chain[0], chain.at(-1)];
  const pem = (certificate: { der: Uint8Array }) => pemOf('CERTIFICATE', certificate.der);
  switch (part) {
    case 'leaf':
      return first !== undefined && !isRoot(first) ? pem(first) : '';
    case 'intermediate': {
      const above = chain.slice(1);
      const root = above.findIndex(isRoot);
      return above
        .slice(0, root < 0 ? undefined : root)
        .map(pem)
        .join('');
    }
    case 'root':
      return last !== undefined && isRoot(last) ? pem(last) : '';
    default:
      return '';
  }
}

const hashes: Readonly<Record<string, string>> = { SHA1: 'sha1', SHA512: 'sha512' };

function rsaDecrypt(scheme: ByteText, hash: ByteText, text: ByteText, key: ByteText): ByteText {
  if (scheme === 'None') return text;
  if (scheme !== 'RSA-OAEP') throw new CallError('SchemeUnsupported');
  const { block } = decodePem(key);
  if (block === undefined) throw new CallError('NoPem');
  const privateKey = privateKeyOf(block.bytes);
  if (privateKey.asymmetricKeyType !== 'rsa') throw new CallError('InvalidKey');
  try {
    const oaepHash = Object.hasOwn(hashes, hash) ? (hashes[hash] ?? 'sha256') : 'sha256';
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return toByteText(privateDecrypt({ key: privateKey, padding, oaepHash }, fromByteText(text)));
  } catch {
    throw new CallError('InvalidCipher');
  }
}
