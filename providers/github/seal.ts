import { ProviderError } from '../kit/errors.ts';

const keyBytes = 32;

/**
 * A value that only the holder of the key can read: a sealed box of libsodium, in base64
 * (docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api). The library is loaded when the first value is pushed.
 */
export async function seal(value: Uint8Array, publicKey: string, what: string): Promise<string> {
  const key = Buffer.from(publicKey, 'base64');
  if (key.byteLength !== keyBytes) throw new ProviderError('Malformed', { what });
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return Buffer.from(sodium.crypto_box_seal(value, key)).toString('base64');
}
