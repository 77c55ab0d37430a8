import { createPrivateKey } from 'node:crypto';
import type { JsonWebKey } from '@azure/keyvault-keys';
import { ProviderError } from '../kit/errors.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';

const numbers = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'x', 'y'] as const;

/** A private RSA or EC key in PEM as the SDK imports it. Throws `InvalidPush` for anything else; symmetric keys only an HSM would take. */
export function privateJwk(pem: Uint8Array, what: string): JsonWebKey {
  const { kty, crv, ...rest } = exported(pem) ?? {};
  if (kty !== 'RSA' && kty !== 'EC')
    throw new ProviderError('InvalidPush', {
      what: `a value for ${what} that is no RSA or EC private key in PEM`,
    });
  const parts = numbers.flatMap((name) => {
    const text = rest[name];
    return typeof text === 'string' ? [[name, Buffer.from(text, 'base64url')] as const] : [];
  });
  return {
    kty,
    ...(crv === undefined ? {} : { crv: crv === 'secp256k1' ? 'P-256K' : crv }),
    ...Object.fromEntries(parts),
  };
}

function exported(pem: Uint8Array) {
  try {
    return createPrivateKey(Buffer.from(pem)).export({ format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Whether a key as it was read is the public part of this one. */
export function isPublicPartOf(read: Uint8Array, { kty, crv, n, e, x, y }: JsonWebKey): boolean {
  const known = objectIn(read);
  const base64 = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('base64url');
  const wanted = { crv, n: base64(n), e: base64(e), x: base64(x), y: base64(y) };
  return (
    // Protected by an HSM it is called RSA-HSM or EC-HSM.
    stringOf(member(known, 'kty'))?.replace('-HSM', '') === kty &&
    Object.entries(wanted).every(([name, value]) => stringOf(member(known, name)) === value)
  );
}
