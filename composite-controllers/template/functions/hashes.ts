import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { type ByteText, fromByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { decodeBase64 } from './encoding.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Checksums, and sprig's AES. */
export const hashFunctions: FunctionTable = {
  sha1sum: fn(['string'], ([text]) => sum('sha1', text)),
  sha256sum: fn(['string'], ([text]) => sum('sha256', text)),
  sha512sum: fn(['string'], ([text]) => sum('sha512', text)),
  adler32sum: fn(['string'], ([text]) => String(adler32(text))),
  encryptAES: fn(['string', 'string'], ([password, text], { environment }) =>
    text === '' ? '' : encrypt(password, text, environment.randomBytes(16)),
  ),
  decryptAES: fn(['string', 'string'], ([password, text]) => (text === '' ? '' : decrypt(password, text))),
};

function sum(algorithm: string, text: ByteText): ByteText {
  return createHash(algorithm).update(text, 'latin1').digest('hex');
}

function adler32(text: ByteText): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    low = (low + text.charCodeAt(at)) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

/** The password's first 32 bytes, filled up with zeros. */
function keyOf(password: ByteText): Uint8Array {
  return fromByteText(password.slice(0, 32).padEnd(32, '\0'));
}

function encrypt(password: ByteText, text: ByteText, iv: Uint8Array): ByteText {
  const cipher = createCipheriv('aes-256-cbc', keyOf(password), iv);
  return Buffer.concat([iv, cipher.update(text, 'latin1'), cipher.final()]).toString('base64');
}

function decrypt(password: ByteText, text: ByteText): ByteText {
  const decoded = decodeBase64(text);
  if (typeof decoded === 'number') throw new CallError('InvalidBase64');
  if (decoded.length < 32 || decoded.length % 16 !== 0) throw new CallError('InvalidCipher');
  const cipher = createDecipheriv('aes-256-cbc', keyOf(password), fromByteText(decoded.slice(0, 16)));
  // As in sprig, only the last byte of the padding is looked at.
  cipher.setAutoPadding(false);
  const plain = toByteText(Buffer.concat([cipher.update(decoded.slice(16), 'latin1'), cipher.final()]));
  const padding = plain.charCodeAt(plain.length - 1);
  if (padding > plain.length) throw new CallError('InvalidCipher');
  return plain.slice(0, plain.length - padding);
}
